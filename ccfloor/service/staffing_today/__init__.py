"""The day's staffing: forecast of calls, seats needed, present and planned, by queue and half hour."""
