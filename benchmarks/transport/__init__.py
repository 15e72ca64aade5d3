"""HTTP clients on the copy path, compared on the same copies."""
