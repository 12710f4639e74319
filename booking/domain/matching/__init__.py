"""Who can take a visit, at what cost and why; and the dates the public may choose. docs/dates-and-matching.md."""
