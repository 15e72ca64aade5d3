"""Copying objects that one invocation can finish, verified and conditional."""
