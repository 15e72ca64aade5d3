"""What a run of very many or very large objects comes to: counted, not carried out.

The arithmetic is Ferry's own: planning and splitting shards, cutting chunks, packing jobs, planning parts.
Only what it works on is made up, and nothing of that is ever held: a key is computed from its number.
"""
