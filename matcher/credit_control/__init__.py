"""What is done about open items: statements of account, dunning, late interest, and what goes to lawyers, agencies and insurers.

Functions of the books' state, without files and clocks. Amounts are minor units; nothing here posts anything.
"""
