# make run    set everything up (once) and open the window on the sample library
# make test   set up what the tests need (once) and run every check and every test
# make check  the fast part of it
# make bench  speed, memory and quality, as measured on this computer
# make lock   choose the exact versions anew
# make clean  remove what these made, but not your library

PYTHON ?= python3
BIN := .venv/bin
TESTS_AT_ONCE ?= 2
# Each process takes a row of neighbouring tests, so that what a file of them sets up is set up in one process only.
PYTEST := $(BIN)/pytest -n $(TESTS_AT_ONCE) --dist worksteal
# Compiled tests are kept: compiling them takes each process 6 s.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test check bench lock clean setup setup-dev static

run: setup
	@$(PYTHON) packaging/start.py

setup:
	@$(PYTHON) packaging/setup_env.py

setup-dev:
	@$(PYTHON) packaging/setup_env.py --dev

static: setup-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

test: static
	$(PYTEST) tests

check: static
	$(PYTEST) -m "not real" tests

bench: setup-dev
	$(BIN)/python -m tests.benchmarks

lock: setup
	$(BIN)/python packaging/lock.py

clean:
	rm -rf .venv .footnote-sample build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
