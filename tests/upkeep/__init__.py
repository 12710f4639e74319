"""Backups, restores, the move to PostgreSQL, and the doctor."""
