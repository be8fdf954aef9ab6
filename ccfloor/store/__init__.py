"""The store: one database between the collector, which alone writes, and every reader."""
