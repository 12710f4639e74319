"""Floor 3b: reads. What a screen or a rule needs, in a number of statements that does not grow with the rows."""
