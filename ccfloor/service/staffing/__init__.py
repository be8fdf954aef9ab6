"""Staffing on a real floor: what the rules of ``ccfloor.staffing`` are told, and what comes of it."""
