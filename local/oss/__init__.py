"""An OSS-compatible server that keeps buckets and objects in a local folder."""
