"""What staff keep up: the trainers, and what we sell."""
