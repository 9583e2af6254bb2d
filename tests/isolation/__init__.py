"""What nobody may see, proven: see docs/isolation.md."""
