"""The diagnostic: what is asked, how it is scored, what may be said about it. Import the modules, not this."""
