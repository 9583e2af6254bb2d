class EmbeddedServerError(Exception):
    """The embedded database server cannot be prepared, started or reached; the message says what to do."""
