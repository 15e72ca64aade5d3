"""How much one process of the OSS-compatible server serves, and which HTTP stack lets it."""
