"""Rules of the staff's desk: what needs a person, and what a search may mean."""
