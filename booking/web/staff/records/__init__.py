"""What staff keep up: trainers and courses."""
