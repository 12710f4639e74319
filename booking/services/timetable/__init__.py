"""What falls due by itself, found as "due and not done": each may run late, twice, or in several workers at once."""
