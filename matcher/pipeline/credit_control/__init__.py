"""Credit control: what is read of the books for it, what is written, and what comes back."""
