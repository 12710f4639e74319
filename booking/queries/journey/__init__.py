"""Reads for a firm's way to a visit and for its pages afterwards."""
