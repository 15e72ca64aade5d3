"""Ferry: replicates Alibaba Cloud OSS buckets into Amazon S3."""
