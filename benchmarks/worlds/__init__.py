"""Worlds: months whose every knob is drawn from priors, to fit and measure on books that nobody has tuned for."""
