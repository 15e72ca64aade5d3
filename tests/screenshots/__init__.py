"""The pictures of the tutorial."""
