# `make demo` sets up and lints an example; `make test` sets up and runs all tests.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

.PHONY: demo test check schemas examples agreement clean

demo: $(VENV)/.installed
	$(BIN)/roll-lint examples/ok/lora_zero3.yaml

test: $(VENV)/.installed-test check
	$(BIN)/python -m pytest -n auto

check: $(VENV)/.installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m roll_schema.export --check

schemas: $(VENV)/.installed-test
	$(BIN)/python -m roll_schema.export --write

examples: $(VENV)/.installed-test
	$(BIN)/python -m tests.write_examples

agreement: $(VENV)/.installed-test
	$(BIN)/python -m tests.write_agreement
	$(BIN)/python -m tests.write_coverage

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	touch $@

$(VENV)/.installed-test: $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[test]'
	touch $@

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis
