"""Who may see and do what: roles, rights, and what a session or a lockout is. Pure: no I/O, no clock."""
