"""One body, whole, in one file: out of an instance and into another."""
