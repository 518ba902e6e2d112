# Everything that a person or CI runs. Each target first makes the environment that it needs.
#
#   make run      trade and settle a market, and say how to open its page
#   make test     the whole suite
#   make page     open the page in a browser
#   make setup    the environment alone
#   make check    style, types, layers and the suite
#   make bench    the table of speeds
#   make docs     the documentation, its notebooks run, into docs/_build/html

PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.made-from-pyproject

.DEFAULT_GOAL := help
.PHONY: help setup run page test lint format check bench docs clean

help:
	@sed -n 's/^#   //p' Makefile

setup: $(STAMP)

$(STAMP): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "vega_mesa needs Python 3.11 or newer, $(PYTHON) is " + sys.version.split()[0] + ": make PYTHON=python3.12 ...")'
	@echo "Making $(VENV) ($$($(PYTHON) --version)); this takes a minute or two"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "$(PYTHON) cannot make environments (Debian, Ubuntu: apt install python3-venv)"; exit 1; }
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --upgrade "pip>=25.1"
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --editable . --group dev
	@touch $@

run: $(STAMP)
	@$(BIN)/vega-mesa run ideal_market_maker --seed 1
	@echo
	@echo "To watch it trade in a browser: make page"

page: $(STAMP)
	@$(BIN)/vega-mesa viz

test: $(STAMP)
	@$(BIN)/python -m pytest -n auto --dist loadgroup $(ARGS)

lint: $(STAMP)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@BIN=$(BIN) bash .ci/types
	@$(BIN)/lint-imports

format: $(STAMP)
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

check: lint test

bench: $(STAMP)
	@$(BIN)/python -m benchmarks $(ARGS)

docs: $(STAMP)
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --group docs
	@$(BIN)/python -m sphinx -W --keep-going -q -j auto -b html docs docs/_build/html
	@echo "docs/_build/html/index.html"

clean:
	@rm -rf $(VENV) build dist docs/_build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
