"""Pages of a visit that was requested, each behind a secret link."""
