"""Seats: places on a committee, who holds them, for how long and in whose name."""
