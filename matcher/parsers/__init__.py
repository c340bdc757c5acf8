"""Bytes of a bank's file in, statements and problems out. Parsers never open files by name and never see the store."""
