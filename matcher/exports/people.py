"""What people want to read beside ids: the customer's name, and what the bank said of payer and purpose."""

import polars as pl

PEOPLE = ("customer_name", "payer", "text")
"""Columns that stand behind those that are promised to other systems."""


def with_names(frame: pl.DataFrame, customers: pl.DataFrame) -> pl.DataFrame:
    """Rows with ``customer_name``; of a customer that is listed twice the first in alphabetical order; empty where there is none."""
    names = customers.group_by("customer_id").agg(customer_name=pl.col("name").min())
    return frame.join(names, on="customer_id", how="left", maintain_order="left").with_columns(pl.col("customer_name").fill_null(""))


def with_lines(frame: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Rows with ``payer`` and ``text`` of their bank line; empty where there is none."""
    named = lines.join(frame.select("line_id"), on="line_id", how="semi")
    about = named.select("line_id", payer="counterparty_name", text="remittance_information").unique("line_id")
    return frame.join(about, on="line_id", how="left", maintain_order="left").with_columns(pl.col("payer", "text").fill_null(""))
