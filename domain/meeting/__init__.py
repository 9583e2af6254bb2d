"""Meetings: convened, attended, held with or without quorum, motions decided, minutes adopted."""
