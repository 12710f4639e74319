"""Pages of visits: one visit with everything about it, and what staff change."""
