"""Faults of the machine and random histories: nothing may be lost or doubled, whatever fails and in whatever order people work.

The suite tries a spread of points; ``python -m faults`` tries every point and prints the table of docs/reliability.md.
"""
