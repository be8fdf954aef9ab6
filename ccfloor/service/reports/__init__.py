"""Reports: what stands in them, when they are made, by whom once, and where they go."""
