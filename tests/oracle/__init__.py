"""The official SDKs' own test suites, run against the OSS-compatible server: ``python -m tests.oracle``."""
