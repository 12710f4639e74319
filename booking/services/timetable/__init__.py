"""What the worker does. What falls due is found as "due and not done": late, twice or in several workers alike."""
