"""Quality assurance: forms, sampling, scoring, appeals, calibration. Pure: no I/O, no clock."""
