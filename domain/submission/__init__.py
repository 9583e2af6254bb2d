"""Submissions: a figure at its address, and the steps that make it count."""
