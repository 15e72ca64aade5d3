"""Buckets: what the features need of them, and OSS, S3 and in-memory implementations."""
