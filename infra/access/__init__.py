"""Bearer tokens of the API: opaque, kept as hashes, revoked at once."""
