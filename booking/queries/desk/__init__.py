"""What staff's screens show."""
