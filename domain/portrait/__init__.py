"""Portraits: whether the tables of a dataset agree with themselves, and whether what is said of them does.

Pure: from the figures of a vintage to findings. Nothing of it is stored; it is worked out whenever it is asked.
"""
