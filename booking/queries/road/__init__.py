"""What a trainer's own pages show."""
