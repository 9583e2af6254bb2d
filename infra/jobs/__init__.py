"""Background jobs: dramatiq over the database's own queue."""
