"""Floor 1: the rules. Values in, a value or a Refused out; no Flask, no SQLAlchemy, no clock, no I/O."""
