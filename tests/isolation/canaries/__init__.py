"""A second tenant full of marker strings, and requests of which no answer may hold one: see docs/isolation.md."""
