"""The experiments whose results notebooks 06 to 09 analyse.

One module a study, run by `engine`; their tables are kept in `data/studies`.
"""
