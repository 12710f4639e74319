"""Floor 5: pages, one folder for each audience."""
