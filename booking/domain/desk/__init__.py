"""Rules of the staff's desk: what needs a person, what a search may mean, and what waits for a person's eye."""
