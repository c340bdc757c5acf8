"""An invented month of a group's receivables: who owes what, who paid what, and how the bank's lines say so."""
