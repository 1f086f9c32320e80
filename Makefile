# `make demo` and `make test` work from a fresh machine that has Python 3.11 to 3.14 and apt.
# What was installed is remembered in .venv/.installed, so a second run starts at once.

VENV := .venv
BIN := $(VENV)/bin
PYTEST := $(BIN)/python -m pytest
OPENAPI ?=
NOTEBOOKS := $(wildcard notebooks/*.ipynb)
KERNELS := 6.29 7.0
LABS := 4.2:7.2
LABEXTENSION := $(wildcard claude_nb/labextension/*.json claude_nb/labextension/static/*)

# Caching bytecode makes every kernel that the tests start several times faster.
unexport PYTHONDONTWRITEBYTECODE
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PYRIGHT_PYTHON_IGNORE_WARNINGS := 1

.PHONY: help demo test quick lint types unit notebooks nbval docs options film binder browser lite bench kernels labs conformance compat pins clean
.DEFAULT_GOAL := help

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

demo: $(VENV)/.installed ## JupyterLab on the first notebook, against the emulator (HEADLESS=1: as text)
	$(BIN)/claude-nb demo --notebook notebooks/00_first_light.ipynb $(if $(HEADLESS),--headless)

test: browser lint types unit nbval docs ## everything: style, types, tests, real browser, notebooks

quick: lint types ## style, types and the tests that need no browser and no kernel
	$(PYTEST) -m "not browser and not kernel and not conformance and not compat and not lite"

lint: $(VENV)/.installed ## style
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: $(VENV)/.installed ## types
	$(BIN)/pyright

unit: $(VENV)/.installed
	$(PYTEST) -m "not conformance and not compat and not lite"

notebooks: $(VENV)/.installed ## run the notebooks again and save their outputs
	$(BIN)/python scripts/run_notebooks.py $(NOTEBOOKS)

nbval: $(VENV)/.installed ## run the notebooks again and compare every output, twice over
	scripts/nbval.sh $(NOTEBOOKS)
	$(BIN)/python scripts/run_notebooks.py --check $(NOTEBOOKS)

docs: $(VENV)/.installed ## the documentation as a site, in build/docs; warnings are errors
	$(BIN)/python -m sphinx -W --keep-going -E -q -b html docs build/docs
	@echo "Open build/docs/index.html"

options: $(VENV)/.installed ## renew docs/options.md from the list of settings
	$(BIN)/python scripts/options_reference.py

film: $(VENV)/.installed browser ## renew the moving pictures of the README from a real JupyterLab
	$(BIN)/python scripts/film.py

binder: $(VENV)/.installed browser ## build what Binder would build, and run a notebook there in the browser
	scripts/binder_check.sh

lite: $(VENV)/.installed browser ## the notebooks as a JupyterLite site in build/lite, run in the browser
	scripts/lite.sh
	$(PYTEST) -m lite tests/browser/test_lite.py

browser: ## install Chromium with apt if there is none
	@scripts/setup.sh chromium

bench: $(VENV)/.installed browser ## measure the live view in the browser and print the figures
	$(BIN)/python benchmarks/live_view.py

kernels: $(VENV)/.installed ## the kernel tests on older versions of ipykernel
	$(foreach version,$(KERNELS),scripts/kernels.sh $(version) &&) true

labs: browser ## the front-end tests on older versions of JupyterLab and Notebook
	$(foreach versions,$(LABS),scripts/labs.sh $(subst :, ,$(versions)) &&) true

conformance: $(VENV)/.installed ## OPENAPI=file: compare the emulator with the API's published description
	@test -n "$(OPENAPI)" || { echo "Say which description: make conformance OPENAPI=path/to/file.json"; exit 2; }
	@test -f "$(OPENAPI)" || { echo "There is no file $(OPENAPI)."; exit 2; }
	CLAUDE_NB_OPENAPI="$(abspath $(OPENAPI))" $(PYTEST) -m "not compat and not browser and not lite" tests/emulator

compat: $(VENV)/.installed ## other clients, each in an environment of its own, against the emulator
	$(BIN)/python scripts/compat_venvs.py
	$(PYTEST) -m compat

pins: ## renew requirements/constraints.txt from what installs today
	@scripts/setup.sh python scripts/pins.py

clean: ## remove environments, caches and artefacts
	rm -rf $(VENV) .venv-* build dist htmlcov artifacts .pytest_cache .ruff_cache .hypothesis .coverage
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.installed: pyproject.toml requirements/constraints.txt scripts/setup.sh $(LABEXTENSION)
	@scripts/setup.sh venv $(VENV)
