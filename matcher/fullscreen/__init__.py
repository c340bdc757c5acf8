"""`matcher review`: the queue as a full-screen program. `desk.py` knows what each key does to which receipt, the rest shows it."""
