# `make demo` and `make test` need Python 3.11 or newer and nothing else; all they install goes into .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet
MATCHING_TESTS = $(shell grep -l matcher.matching tests/unit/*.py tests/properties/*.py)
COMPILE := uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-annotate --no-header --python-version 3.11

.PHONY: demo test compiled test-compiled deep lint lock clean

demo: $(VENV)/run.stamp
	@PATH="$(CURDIR)/$(BIN):$$PATH" sh fixtures/demo/run.sh demo-books

test: $(VENV)/dev.stamp
	$(BIN)/python -m pytest -n auto --dist worksteal

# a copy of the tree in build/compiled whose matching modules are C extensions; needs a C compiler and takes two minutes
compiled: $(VENV)/dev.stamp
	rm -rf build/compiled && mkdir -p build/compiled
	cp -R matcher tests benchmarks fixtures pyproject.toml setup.py README.md LICENSE build/compiled
	cd build/compiled && MATCHER_COMPILE=1 ../../$(BIN)/python setup.py -q build_ext --inplace

# the tests of matching, in that copy; but those that copy or extend a class of it, which compiled classes do not allow
test-compiled: compiled
	cd build/compiled && PYTHONPATH=$(CURDIR)/build/compiled ../../$(BIN)/python -m pytest -n auto --dist worksteal $(MATCHING_TESTS) \
		--deselect tests/unit/test_own_rules.py::test_shadow_rules_change_nothing_and_are_noted \
		--deselect tests/unit/test_own_rules.py::test_examples_are_made_into_receipts_and_items_in_one_go \
		--deselect tests/properties/test_engine.py::test_what_is_kept_of_a_line_is_what_is_found_afresh \
		--deselect tests/properties/test_engine.py::test_a_second_run_posts_nothing_and_changes_no_bytes

# hours: other examples than the suite's for every property, then every fault at every point
deep: $(VENV)/dev.stamp
	HYPOTHESIS_PROFILE=deep $(BIN)/python -m pytest -n auto --dist worksteal tests/properties tests/unit
	cd tests && ../$(BIN)/python -m faults

lint: $(VENV)/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/run.stamp: $(VENV)/bin/python requirements/run.txt pyproject.toml
	$(PIP) --require-hashes -r requirements/run.txt
	$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/dev.stamp: $(VENV)/run.stamp requirements/dev.txt
	$(PIP) --require-hashes -r requirements/dev.txt
	@touch $@

# needs uv; writes versions and hashes, no index address
lock:
	$(COMPILE) pyproject.toml --extra report requirements/run.in -o requirements/run.txt
	$(COMPILE) pyproject.toml --extra documents --extra report --extra review --extra web requirements/run.in requirements/dev.in -c requirements/run.txt -o requirements/dev.txt

clean:
	rm -rf $(VENV) demo-books build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
