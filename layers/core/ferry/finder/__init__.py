"""Finding what has to be copied: shards of the key space, listings merged, compared and packed into jobs."""
