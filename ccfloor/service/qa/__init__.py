"""Quality assurance: forms and plans, drawing, scoring, appeals, calibration, and what they come to."""
