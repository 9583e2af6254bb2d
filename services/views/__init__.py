"""National views in words: what the pages show and what the exports hold, from one reading of one document."""
