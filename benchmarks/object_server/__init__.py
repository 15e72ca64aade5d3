"""The servers of the benchmarks: a source that speaks OSS and S3, a replica that speaks S3, and AWS services.

They cost little, so that the clients are what gets measured. Objects are generated, not stored; what is
written is checked and forgotten but for its key, etag, size and metadata. Signatures are taken unseen.
"""
