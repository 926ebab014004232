# Everything runs in one virtual environment, made on first use. To take another: make test VENV=/path/to/venv
VENV ?= .venv
PYTHON ?= python3
# Installed first and pinned, so that no other requirement picks a build of several GB. For the small CPU build:
# make demo TORCH="torch==2.13.0 --index-url https://download.pytorch.org/whl/cpu"
TORCH ?= torch==2.13.0

BIN := $(VENV)/bin

.PHONY: help demo test lint clean
.DEFAULT_GOAL := help

help: ## print this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(firstword $(MAKEFILE_LIST)) | expand -t 8

demo: $(VENV)/.installed-train ## install, then train, evaluate, report and classify on the built-in synthetic data
	$(BIN)/stgcn-pyg demo

test: $(VENV)/.installed-dev ## install, then run all tests and the examples in the docstrings
	$(BIN)/python -m pytest

lint: $(VENV)/.installed-dev ## install, then check style, format and types
	$(BIN)/python -m ruff check
	$(BIN)/python -m ruff format --check
	$(BIN)/python -m mypy

clean: ## remove .venv and all that was built or cached; recordings and trained models stay
	rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find stgcn_pyg tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamp is written only after everything is in place, so an interrupted installation is taken up again.
$(VENV)/.installed-%: pyproject.toml | $(BIN)/pip
	$(BIN)/python -m pip install $(TORCH)
	$(BIN)/python -m pip install -e ".[$*]"
	touch $@

# pip, not python: where ensurepip is missing, a failed `venv` leaves a python without pip behind.
$(BIN)/pip:
	$(PYTHON) -m venv $(VENV)
