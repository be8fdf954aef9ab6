"""Wiring: settings, the collector, the live hub and the web routes. The only room that reads a clock."""
