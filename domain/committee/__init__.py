"""Committees: councils, sub-councils and working groups, and the rules that each gives itself."""
