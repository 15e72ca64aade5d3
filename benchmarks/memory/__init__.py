"""Peak memory of ``ferry copy`` and of the functions that carry bodies, for large and for many objects."""
