"""Mail: over SMTP, or as files."""
