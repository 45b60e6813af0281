"""The exercises' checkers: a module nbNN for each notebook."""
