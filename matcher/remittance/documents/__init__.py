"""Remittance advices that people read: PDF documents and e-mails, of any layout. Only what proves itself by its sum is an advice.

`pdf` and `mail` are the readers; `apart` opens the files in a process of its own; `lines` are what is left of layout; `proof` believes
nothing that does not add up; `advice` puts the records together.
"""
