"""Bank reconciliation and payment matching."""
