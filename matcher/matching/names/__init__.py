"""Which customer a payer's name means: `forms` of a name, `words` that firms' names are made of, `similarity` of two names, `matching`."""
