"""Notifications of the source: reading them, trusting them, and turning them into jobs."""
