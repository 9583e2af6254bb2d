"""Plans: the cascade orientation, objective, action, expected result, indicator, and its revisions."""
