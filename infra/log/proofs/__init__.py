"""Evidence that leaves the house: proofs over the stored tree, and the C2SP formats in which they travel."""
