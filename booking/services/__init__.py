"""Floor 4: one function for each thing that can happen. They flush and never commit; `now` is handed in."""
