"""Datasets: figures of a source that a portrait is drawn from, in vintages that stay as they were published.

Beside the figures stands what the source calls its categories, and what is said of the figures in prose: each
claim is tied to the cells that it speaks of. Whether it agrees is not recorded; `domain.portrait` works it out.
"""
