"""Files of credit control: statements of account and what comes back of them, dunning lists, evidence, lists for agencies and insurers."""
