"""Bulk access to read-model tables: whole batches in a few statements, for the projector."""
