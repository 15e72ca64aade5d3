"""One module per scenario; each has a ``SCENARIO``."""
