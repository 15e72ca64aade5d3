"""Settings that hold for every test."""

from hypothesis import settings

# How long an example takes depends on what else the machine does.
settings.register_profile("ferry", deadline=None)
settings.load_profile("ferry")
