"""Wrong and alternative right answers to every exercise, for its checker."""
