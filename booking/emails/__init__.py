"""Floor 3a: one function for each email, grouped by who gets it; each returns a Message."""
