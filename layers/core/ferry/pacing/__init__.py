"""How fast a task copies: as fast as both sides take it, and no faster than its limits."""
