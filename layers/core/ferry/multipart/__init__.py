"""Copying objects too large for one invocation, by parts."""
