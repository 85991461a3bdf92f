"""Settings for all tests."""

from hypothesis import settings

# How long an example takes says what else the machine does (and, for the first one, what is not
# yet cached); speed is measured in tests/bench.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
