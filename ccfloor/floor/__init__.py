"""The core: events in, the present and the ledger out. Pure: no I/O, no clock, no SQL."""
