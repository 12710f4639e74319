"""What falls due by itself: read for the worker, and for who wants to see what it did."""
