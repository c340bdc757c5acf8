"""The sentence in code: which stage follows which. No SQL, no arithmetic, no printing."""
