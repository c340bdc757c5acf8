"""Who runs the set-shaped work. An engine computes and forgets; the store remembers."""
