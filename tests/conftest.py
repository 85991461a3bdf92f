"""Settings for all tests."""

import os

from hypothesis import settings

# How long an example takes says what else the machine does (and, for the first one, what is not
# yet cached); speed is measured in tests/bench.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

# Every run of the model in the tests is audited, those in other processes included.
os.environ["ECOSYSTEM_AUDIT"] = "1"
