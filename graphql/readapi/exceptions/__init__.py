"""Exceptions: one module per matter, one function per kind, over the read models that are there already.

Nothing is stored: an exception comes and goes with what is known on both clocks, some with the mere passing of a
day. What each kind is, and from which events, is said in `docs/exceptions.md`.
"""
