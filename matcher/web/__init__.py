"""`matcher review --web`: the full-screen program in a browser of this machine. `gate.py` says who is let in, `serving.py` serves."""
