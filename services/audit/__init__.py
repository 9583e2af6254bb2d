"""Audit packs: a body's history in one archive, and the programs that check it without us."""
