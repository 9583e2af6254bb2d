"""Decisions: numbered, made by a committee or an office, in force until rescinded or superseded."""
