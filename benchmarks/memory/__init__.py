"""Peak memory of ``ferry copy`` and of the functions that carry object bodies, for large and for many objects."""
