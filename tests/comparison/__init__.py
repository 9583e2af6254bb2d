"""Holds every national view to an independent recomputation from the raw events: `make comparison-check`."""
