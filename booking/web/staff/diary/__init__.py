"""The week of every trainer, on one page."""
