"""What the partnerships do, as commands and events. Pure: no clock, no input or output, no framework."""
