"""Reminders by mail of what is due: one message a day and address, with all of it."""
