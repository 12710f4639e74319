"""Keeping an installation well: backups, restores, the move to PostgreSQL, and what ails it (edge)."""
