"""The bytes of documents, outside every log."""
