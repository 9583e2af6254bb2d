"""The views as tables: every figure with what qualifies it, who is in it and who is not, and how it was read."""
