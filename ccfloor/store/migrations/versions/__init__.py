"""One file a revision. A revision never imports the present tables: it says what was."""
