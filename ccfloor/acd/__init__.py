"""The doors in: one switch a file. Each yields FloorEvents and takes SeatCommands."""
