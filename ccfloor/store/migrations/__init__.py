"""Schema revisions, run by ccfloor.store.migrate."""
