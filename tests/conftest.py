"""Makes the modules beside this file importable by every test, and sets how hard the property tests try.

In the suite every property tries the same examples each time: what fails fails again. HYPOTHESIS_PROFILE=deep draws other ones each time,
and looks two hundred times as long as the suite has time for.
"""

import gc
import os
import sys
import tempfile

import pytest
from hypothesis import HealthCheck, settings
from quicker import catalogue_once, company_once, in_memory, state_once

from matcher.books import Books
from matcher.matching.entity import EntityInput
from matcher.store import schema

LOOK, READ = schema.catalogue, Books.state
schema.catalogue, Books.state = catalogue_once(), state_once()
COMPANY = company_once()

_SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture]
settings.register_profile("suite", max_examples=10, derandomize=True, deadline=None, suppress_health_check=_SLOW)
settings.register_profile("deep", max_examples=2000, deadline=None, suppress_health_check=_SLOW)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "suite"))

if memory := in_memory():
    os.environ["TMPDIR"] = tempfile.tempdir = memory

# where bytecode is not kept, every process that a test starts compiles the whole program anew, and every worker all the tests
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# the workers of a parallel run are told a width, which would fold tables that other runs print whole
os.environ.pop("COLUMNS", None)
# whoever runs the tests may read another language
os.environ["MATCHER_LANG"] = "en"


# what is made while tests are collected stays: to look through it again and again is a tenth of the collection, and more work ever after
gc.disable()


def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()
    gc.enable()


def pytest_unconfigure() -> None:
    gc.unfreeze()


@pytest.fixture(autouse=True)
def shape_looked_at_once(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a books file consists of is looked at once, and its state is read once, but in tests of just that, which are marked `shape`."""
    if request.node.get_closest_marker("shape"):
        monkeypatch.setattr(schema, "catalogue", LOOK)
        monkeypatch.setattr(Books, "state", READ)


@pytest.fixture
def companies_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The companies that examples of rules are about are made once in each process of the suite."""
    monkeypatch.setattr(EntityInput, "company", COMPANY)
