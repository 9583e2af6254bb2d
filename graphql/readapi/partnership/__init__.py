"""The fields of one body, a class for each group of them."""
