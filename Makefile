# Needs make and Python >= 3.11, and nothing activated or installed: every target makes .venv first.
# make test TESTS=tests/spec ARGS='-k quorum' runs a part of the tests.

PYTHON ?= python3
TESTS  ?=
ARGS   ?=
JOBS   ?= 2

BIN       := .venv/bin
INSTALLED := .venv/installed
MODULES   := $(sort $(shell find spec impl model_check proofs -type f \
                 ! -path '*/__pycache__/*' ! -name '.*' ! -name '*~'))

# What a caller's environment may hold that would send imports or packages elsewhere.
unexport PYTHONHOME PYTHONPATH VIRTUAL_ENV PIP_PREFIX PIP_TARGET
export PIP_USER := 0
export PIP_NO_INPUT := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_RETRIES ?= 8
export PIP_DEFAULT_TIMEOUT ?= 60

# -qq leaves errors only. pip retries a connection, but not a download that stops half-way: hence the
# second attempt.
install = $(1) -m pip install -qq $(2) || { echo 'once more:'; $(1) -m pip install -qq $(2); }

.DELETE_ON_ERROR:
.PHONY: help dev check check-deep test test-slow lint types layers wheel tools bench kill-table mutants \
        clean FORCE

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' Makefile

dev: $(INSTALLED)  ## .venv with paxiom (editable) and every tool; all other targets see to it

check: $(INSTALLED)  ## model-check Paxos: 3 nodes, 2 ballots
	$(BIN)/paxiom check paxos --nodes 3 --ballots 2

# Each search says what it visited; one that reaches its limits says INCOMPLETE, and the next goes on.
DEEP := --network duplicating --lossy --max-memory 10GB --max-seconds 1200
check-deep: $(INSTALLED)  ## model-check Raft at larger bounds: about 11 minutes, 4 GB
	$(call deep,--terms 3 --log 2 --capacity 1 --crashes 2)
	$(call deep,--terms 2 --log 2 --capacity 2 --crashes 1)
	$(call deep,--terms 4 --log 2 --capacity 1)
	$(call deep,--nodes 5 --terms 1 --log 2 --capacity 1)
	$(call deep,--nodes 5 --terms 2 --log 1 --capacity 1)
deep = $(BIN)/paxiom check raft $(1) $(DEEP) || test $$? -eq 3

test: $(INSTALLED)  ## the tests, without the slow ones
	$(BIN)/pytest -n $(JOBS) -m 'not slow' $(ARGS) $(TESTS)

test-slow: $(INSTALLED)  ## the slow tests alone
	$(BIN)/pytest -m slow -o faulthandler_timeout=0 $(ARGS) $(TESTS)

lint: $(INSTALLED)  ## ruff: rules and format
	$(BIN)/ruff check; rules=$$?; $(BIN)/ruff format --check && exit $$rules

# From inside tests/, lest mypy take tests/spec and spec/ for one package. sed names the files as
# they are to be opened: mypy sees the links of the editable install.
types: $(INSTALLED)  ## mypy --strict, on the packages and on the tests
	@status=0; $(BIN)/mypy > .venv/mypy || status=1; \
	sed 's|build/__editable__[^/]*/paxiom/||' .venv/mypy; \
	(cd tests && ../$(BIN)/mypy --config-file ../pyproject.toml --cache-dir ../.mypy_cache/tests .) \
	    > .venv/mypy || status=1; \
	sed 's|^[^ ]*\.py:|tests/&|' .venv/mypy; \
	exit $$status

layers: $(INSTALLED)  ## which package may import which
	$(BIN)/lint-imports --no-logo

# The copy has no package folder beside it: what the tests import can only come from the wheel.
wheel: $(INSTALLED)  ## build the wheel, and test it without the source
	rm -rf build/wheel dist
	$(BIN)/python -m build --quiet
	$(BIN)/check-wheel-contents dist/*.whl
	$(BIN)/python -m venv build/wheel/venv
	@$(call install,build/wheel/venv/bin/python,"$$(echo dist/*.whl)[test]")
	mkdir build/wheel/copy
	for each in tests examples benchmarks *.md pyproject.toml; do \
	    if [ -e $$each ]; then cp -R $$each build/wheel/copy/; fi; \
	done
	find build/wheel/copy -name __pycache__ -prune -exec rm -rf {} +
	cd build/wheel/copy && PAXIOM_SOURCE='$(CURDIR)' ../venv/bin/pytest -n $(JOBS) -m 'not slow and not browser' $(ARGS) $(TESTS)

tools: build/node_modules/mermaid  ## what some tests read our files with; they are skipped without it

build/node_modules/mermaid:
	npm install --silent --no-audit --no-fund --no-save --prefix build 'mermaid@11'

bench: $(INSTALLED)  ## the benchmarks
	$(BIN)/python benchmarks/run.py

# From inside tests/, where support/ is.
kill-table: $(INSTALLED)  ## which property kills which bug, in model_check/zoo/README.md: some minutes
	cd tests && ../$(BIN)/python -m support.kill_table

# In a copy: mutants are written over the source.
mutants: $(INSTALLED)  ## which mutated lines of impl/raft do the tests not notice: half an hour
	@$(call install,$(BIN)/python,'cosmic-ray>=8.4')
	rm -rf build/mutants && mkdir -p build/mutants/paxiom
	cp -r impl spec model_check proofs build/mutants/paxiom
	cp -r tests pyproject.toml build/mutants
	cd build/mutants && export PYTHONPATH=$$PWD PATH=$(CURDIR)/$(BIN):$$PATH && \
	    cosmic-ray init tests/cosmic-ray.toml session.sqlite && \
	    cosmic-ray exec tests/cosmic-ray.toml session.sqlite && \
	    cr-report --show-diff --surviving-only session.sqlite

clean:  ## remove everything made
	rm -rf .venv build dist *.egg-info
	rm -rf .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -prune -exec rm -rf {} +

# A strict editable install links each file, so it has to be made again when one comes or goes
# (and when somebody removed build/, where the links are).
$(INSTALLED): pyproject.toml .venv/modules $(if $(wildcard build/__editable__*),,FORCE)
	@echo 'installing paxiom and its tools into .venv'
	@$(call install,$(BIN)/python,--config-settings editable_mode=strict --editable '.[dev]')
	@touch $@

.venv/modules: FORCE | $(BIN)/python
	@echo '$(MODULES)' | cmp -s - $@ || echo '$(MODULES)' > $@

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	    echo "paxiom needs Python 3.11 or newer, and '$(PYTHON)' is not; try: make PYTHON=python3.12" >&2; \
	    exit 1; }
	@$(PYTHON) -m venv --clear .venv || { rm -rf .venv; exit 1; }
