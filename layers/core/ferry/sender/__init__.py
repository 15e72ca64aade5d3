"""The function for Alibaba Cloud Function Compute that passes events of OSS on, and what it needs there."""
