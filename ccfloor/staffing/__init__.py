"""Staffing: how many seats, how many calls to come, when the plan will apply, and who could move. Pure."""
