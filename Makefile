# The three commands of the README. Each sets up what it needs: a private copy of uv in .uv/,
# then the locked dependencies in .venv/ (uv finds Python >= 3.12, or fetches one where it may).
.PHONY: help setup compare app test
.DEFAULT_GOAL := help

PYTHON ?= python3
UV := $(shell command -v uv 2>/dev/null || echo .uv/bin/uv)
RUN := $(UV) run --frozen

help:
	@echo "make compare   compare strategies on the default world, table in the terminal and files in results/compare"
	@echo "make app       open the live world in the browser"
	@echo "make test      lint, types, import contracts, tests"

.uv/bin/uv:
	@command -v $(PYTHON) >/dev/null || { echo "Missing: $(PYTHON). Install Python 3 with pip, or set PYTHON=/path/to/python3."; exit 2; }
	@$(PYTHON) -m venv .uv || { rm -rf .uv; echo "Missing: the venv module of $(PYTHON) (on Debian and Ubuntu: apt install python3-venv)."; exit 2; }
	@.uv/bin/python -m pip install --quiet --disable-pip-version-check uv || { rm -rf .uv; echo "pip could not install uv: check the network or the package index, then run the same command again."; exit 2; }

ifeq ($(UV),.uv/bin/uv)
setup: .uv/bin/uv
endif
setup:
	@$(UV) sync --frozen --quiet || { echo "Set-up failed. Python >= 3.12 and < 3.15 is needed: where uv finds none and may not download one, install it and run the same command again."; exit 2; }

compare: setup
	@$(RUN) ecosystem compare

app: setup
	@$(RUN) ecosystem app

test: setup
	@$(RUN) ruff check .
	@$(RUN) ruff format --check .
	@$(RUN) pyright
	@$(RUN) lint-imports
	@$(RUN) pytest
