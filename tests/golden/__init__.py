"""One stored envelope of every event type and schema ever released, byte for byte.

`python -m tests.golden` writes the files that are missing, from `examples`, and enters them in the index. It never
touches a file that is there: what was released is never written again.
"""
