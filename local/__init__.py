"""The one-machine stack, the OSS-compatible server and the demo."""
