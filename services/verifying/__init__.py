"""Verifying every log each night, and what came of it."""
