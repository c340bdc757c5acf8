"""Systems to call: strict stub servers on this machine, and what is tested over them."""
