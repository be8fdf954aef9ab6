# Two commands for a newcomer: `make run` and `make test`. Everything they need, they set up themselves.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test lint types audit unit browser-tools clean

run: $(VENV)/.run
	$(BIN)/python -m ccfloor run

$(VENV)/.run: requirements.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.run
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	touch $@

test: lint types audit browser-tools unit

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: $(VENV)/.dev
	$(BIN)/mypy

audit: $(VENV)/.dev
	$(BIN)/python -m tests.tools.audit

unit: $(VENV)/.dev
	sh tests/tools/run.sh $(BIN)/python

# A browser for the browser tests, and a database server for the PostgreSQL tests.
browser-tools: $(VENV)/.dev
	sh tests/tools/setup.sh $(BIN)/python

clean:
	rm -rf $(VENV) var
