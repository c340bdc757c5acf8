"""Decisions by file: a table of what waits, filled in by somebody without a terminal and read back."""
