"""Layouts of the lists that ERP and accounting systems export: how one is recognised, and how it becomes the contract's columns.

A layout is data (`schema`); what columns and words are called in many languages is data too (`words`). A file becomes rows of cells
(`grid`), its header is found and the layout chosen (`detect`), rows are told from totals and headings (`rows`), cells become plain
decimals and ISO dates (`cells`), and all of it a table in the contract's columns (`convert`), which is checked as any other.
"""
