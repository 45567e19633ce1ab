# Backroom's commands. `make demo` and `make test` do all of their own set-up; on a fresh Debian or Ubuntu they need
# nothing but git, make and python3.
#
#   make demo    the demo shop in your browser        make lint    ruff and mypy
#   make test    every test                           make bench   the benchmarks (an hour)
#   make test-faults   kills, full disks, locks, 10,000 hostile inputs: ten minutes, with a table of results
#   make setup   the environment in .venv only        make clean   remove what the others made

.PHONY: setup demo test test-faults lint bench clean browser sbom
.DEFAULT_GOAL := help
SHELL := /bin/sh
export UV_PROJECT_ENVIRONMENT := .venv
PYTHON ?= python3
BIN := .venv/bin
DEMO_OPTIONS ?=
TEST_OPTIONS ?=

.PHONY: help
help:
	@sed -n 's/^#   /  /p' Makefile

# Where uv doesn't run, it is fetched first.
BOOTSTRAP := $(shell uv --version >/dev/null 2>&1 || echo .bootstrap/bin/uv)
UV := $(or $(BOOTSTRAP),uv)

# The stamp is newer than what it was made from: nothing is done when nothing has changed.
setup: .venv/.ready

.venv/.ready: pyproject.toml uv.lock | $(BOOTSTRAP)
	@echo "Setting up .venv (the first time builds llama.cpp: about 6 minutes on two cores)"
	@$(UV) sync --frozen --inexact
	@touch $@

# uv comes into a folder of its own: the system's Python stays as it is (PEP 668).
.bootstrap/bin/uv:
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 or newer is needed: apt-get install python3" >&2; exit 2; }
	@set -e; rm -rf .bootstrap; \
	if $(PYTHON) -m venv .bootstrap >/dev/null 2>&1; then .bootstrap/bin/python -m pip install -q uv; \
	elif rm -rf .bootstrap; $(PYTHON) -m pip --version >/dev/null 2>&1; then \
	    $(PYTHON) -m pip install -q --target .bootstrap uv; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q python3-venv; \
	    rm -rf .bootstrap; $(PYTHON) -m venv .bootstrap; .bootstrap/bin/python -m pip install -q uv; \
	else echo "uv is needed and can't be fetched: run 'apt-get install python3-venv', or install uv by hand" >&2; exit 2; fi; \
	test -x .bootstrap/bin/uv

demo: setup
	$(BIN)/backroom demo $(DEMO_OPTIONS)

# The tests fine-tune too, so they need the extra with torch (5 GB); the demo doesn't.
test: setup .venv/.finetune browser
	$(BIN)/python -m pytest $(TEST_OPTIONS)

.venv/.finetune: .venv/.ready
	@echo "Adding the finetune extra to .venv (torch and its libraries: 5 GB)"
	@$(UV) sync --frozen --inexact --extra finetune
	@touch $@

# `make test` has those below the server, with fewer inputs.
test-faults: setup
	FAULTS_INPUTS=10000 FAULTS_OUT=$(RESULTS)/faults.json $(BIN)/python -m pytest tests/faults $(TEST_OPTIONS)

# The browser tests want Chromium; without it they are skipped and say so.
browser:
	@for name in chromium chromium-browser google-chrome; do command -v $$name >/dev/null && exit 0; done; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends chromium; } \
	    || echo "Chromium couldn't be installed: the browser tests will be skipped" >&2; \
	else echo "No Chromium here (sudo apt-get install chromium): the browser tests will be skipped" >&2; fi

# The software bill of materials of what is installed (CycloneDX). For known weaknesses, where an advisory source can be
# reached: uv export --frozen --no-dev | uvx pip-audit -r /dev/stdin
sbom: setup
	$(BIN)/cyclonedx-py environment .venv --output-format JSON --output-file sbom.json

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# Results go where they are committed, with the hardware and the commit they are of.
RESULTS := tests/bench/results
bench: setup
	$(BIN)/python tests/bench/bench_serve.py --out $(RESULTS)/serve.json
	$(BIN)/python tests/bench/bench_engine_first_form.py --out $(RESULTS)/engine_first_form.json
	$(BIN)/python tests/bench/bench_search.py quality dev heldout --out $(RESULTS)/search.json
	$(BIN)/python tests/bench/bench_search.py speed 1000 10000 100000 --out $(RESULTS)/search.json
	$(BIN)/python tests/bench/bench_privacy.py --out $(RESULTS)/privacy.json
	$(BIN)/python tests/bench/bench_import.py 10000 100000 --out $(RESULTS)/import.json
	$(BIN)/python tests/bench/bench_truth.py --heldout

clean:
	rm -rf .venv .bootstrap dist build .pytest_cache .mypy_cache .ruff_cache
	find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +
