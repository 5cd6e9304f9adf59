# make run    a living synthetic clinic at http://127.0.0.1:8000 (PORT=9000 changes it)
# make test   everything that must hold, on this machine
# make check  format, lint, types, imports, policy, migrations
# make bench  how fast, as ratios
VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= $(shell command -v python3.11 || command -v python3)
PORT ?= 8000
DATA ?= var
# half of a start is otherwise spent on reading Python that was read before
SYNC := $(BIN)/uv sync --frozen --quiet --compile-bytecode
COMPILE := $(BIN)/python -m compileall -q neuroreed
RUNS := $(VENV)/.runs
TESTS := $(VENV)/.tests

.PHONY: setup run test check bench clean
.DEFAULT_GOAL := help

help:
	@sed -n '1,4s/^# //p' Makefile

setup: $(TESTS)

$(BIN)/uv: scripts/bootstrap.py
	@$(PYTHON) scripts/bootstrap.py $(VENV)
	@touch $@

$(RUNS): $(BIN)/uv uv.lock pyproject.toml Makefile
	@$(SYNC) --inexact --extra bulk
	@$(COMPILE)
	@touch $@

$(TESTS): $(BIN)/uv uv.lock pyproject.toml Makefile
	@$(SYNC) --extra dev --extra bulk --extra movement --extra spark
	@$(COMPILE)
	@touch $(RUNS) $@

run: $(RUNS)
	@$(BIN)/neuroreed serve --demo --data $(DATA) --port $(PORT)

test: $(TESTS)
	@scripts/browser.sh
	$(BIN)/python -m pytest -n 2 --dist loadfile -q

check: $(TESTS)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/neuroreed policy check
	$(BIN)/python -m neuroreed.clinic makemigrations --check --dry-run

bench: $(TESTS)
	$(BIN)/python -m bench

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
