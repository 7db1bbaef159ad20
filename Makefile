# Two commands for a newcomer: `make quick` and `make test`. `make help` lists the rest.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# As many tests at once as there are cores, eight at most.
PYTEST := $(BIN)/python -m pytest -q -n auto --maxprocesses 8 --dist worksteal
ENGINE := $(wildcard tests/engine/test_*.py)
# What no backend computes: the online learners are NumPy.
NUMPY := --ignore=tests/custom/test_online.py
RUNS := tests/runs/test_checkpoint.py tests/runs/test_stacked.py
# TensorFlow's XLA takes seconds to compile what these runs train in less.
SHORT := $(if $(filter-out tensorflow,$(KERAS_BACKEND)),,--compiler graph)
PIP := $(BIN)/python -m pip install --disable-pip-version-check --progress-bar on
export TF_CPP_MIN_LOG_LEVEL ?= 3

.DEFAULT_GOAL := help
.PHONY: help quick site test test-all test-backends mutants fuzz kills streams lint types format report publish check clean

help: ## list the targets and what each does
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "make %-14s %s\n", $$1, $$2}'

$(READY): requirements.txt constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(PIP) --upgrade pip
	$(PIP) -r requirements.txt -c constraints.txt
	@touch $@

quick: $(READY) ## run every paper's quick preset, build its pages and their site, and say which file to open
	$(BIN)/python -m experiments run all --preset quick --workers 2 $(SHORT)
	$(BIN)/python -m experiments report
	$(BIN)/python -m experiments site --own
	@if [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ]; then $(BIN)/python -m webbrowser "file://$(CURDIR)/build/local/en/index.html"; fi

site: $(READY) ## build the site of the published pages in build/site/, in English and Portuguese
	$(BIN)/python -m experiments site

test: $(READY) ## run the tests, but those that take seconds each (TensorFlow backend)
	$(PYTEST) -m "not slow"

test-all: $(READY) ## run all tests: those that start commands, kill runs, build the site and train every variant too
	$(PYTEST)

test-backends: $(READY) ## run the tests of custom/ and of the engine on JAX and PyTorch too (installs them, and what they are compared with)
	$(PIP) "jax>=0.5" "torch==2.13.0" optax onnxscript onnxruntime -c constraints.txt
	KERAS_BACKEND=jax $(PYTEST) $(NUMPY) tests/custom $(ENGINE) $(RUNS)
	KERAS_BACKEND=torch $(PYTEST) $(NUMPY) tests/custom $(ENGINE)

mutants: $(READY) ## make small wrong changes to custom/; fail if the tests miss one
	$(BIN)/python -m tests.mutants

fuzz: $(READY) ## damage N run records (default 1000), and fail if one is read as if nothing had happened
	$(BIN)/python -m tests.fuzz $(or $(N),1000)

kills: $(READY) ## end commands while they work, each N times (default 30), and fail if anything is lost, or not whole
	$(BIN)/python -m tests.kills $(or $(N),30)

streams: $(READY) ## run every command with streams and disks that take nothing, and print what each says
	$(BIN)/python -m tests.streams_and_disks

lint: $(READY) types ## check style with Ruff, types with pyright
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY) ## check the types of the seams with pyright
	$(BIN)/pyright

format: $(READY) ## rewrite style with Ruff
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

report: $(READY) ## rebuild the pages of your own runs in reports/local/
	$(BIN)/python -m experiments report

publish: $(READY) ## merge runs/ into the committed records and rebuild the published pages
	$(BIN)/python -m experiments publish
	$(BIN)/python -m experiments.benchmarks.publish

check: $(READY) ## fail if a published page is not what its records give
	$(BIN)/python -m experiments publish --check
	$(BIN)/python -m experiments.benchmarks.publish --check

clean: ## remove the environment and caches; runs/ and reports/local/ stay
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
