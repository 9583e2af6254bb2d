"""Personal data: people's names, and free text that a destroyed key makes unreadable."""
