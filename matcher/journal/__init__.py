"""Append-only decisions: building them, chaining them, folding them into state. Pure; the store keeps what comes out."""
