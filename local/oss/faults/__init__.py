"""Faults, limits and a skewed clock: what makes the server go wrong when a test says so."""
