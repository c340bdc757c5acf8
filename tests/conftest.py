"""Makes the modules beside this file importable by every test, and sets how hard the property tests try.

HYPOTHESIS_PROFILE=deep looks two hundred times as long as the suite has time for.
"""

import os

from hypothesis import HealthCheck, settings

_SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture]
settings.register_profile("suite", max_examples=10, deadline=None, suppress_health_check=_SLOW)
settings.register_profile("deep", max_examples=2000, deadline=None, suppress_health_check=_SLOW)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "suite"))

# the workers of a parallel run are told a width, which would fold tables that other runs print whole
os.environ.pop("COLUMNS", None)
