"""ccfloor: the supervisor wallboard of a call floor."""

__version__ = "0.6.0"
