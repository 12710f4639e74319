"""Floor 3b: reads. What a screen or a rule needs, in a constant number of statements."""
