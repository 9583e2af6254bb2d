.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PORT ?= 8000
# Set-up uses pip alone. A virtual environment that happens to be active must not leak in.
unexport VIRTUAL_ENV
unexport PYTHONPATH

help: ## list the verbs
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F':.*## ' '{printf "  %-14s %s\n", $$1, $$2}'

$(VENV)/.ready: requirements.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

setup: $(VENV)/.ready ## install everything that the project needs
.PHONY: help setup run test check lint types contracts bench comparison-check isolation audit-fuzz fuzz faults lock browser-test audits chromium

run: setup ## start the product on the embedded database with the sample loaded
	@$(BIN)/entente run --demo

test: setup ## run the tests
	@$(BIN)/python -m pytest -q -n 2 --dist worksteal -m "not faults"

lint: setup ## style and formatting
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: setup ## mypy, strict, over source and tests
	@$(BIN)/mypy

contracts: setup ## who may import whom
	@$(BIN)/lint-imports

check: lint types contracts test ## what CI runs

browser-test: setup node_modules/.ready chromium ## walk the pages in a real Chromium
	@node --test tests/browser/

audits: setup node_modules/.ready ## hold GraphQL over HTTP to all audits of graphql-http
	@node --test tests/audits/

node_modules/.ready: package-lock.json
	@npm ci --silent --no-progress
	@touch $@

chromium:
	@if ! command -v chromium >/dev/null && [ -z "$${CHROMIUM:-}" ]; then \
	  if [ "$$(id -u)" = 0 ]; then apt-get update -qq && apt-get install -y -qq chromium >/dev/null; \
	  else echo "The browser tests need Chromium. Run: sudo apt-get install chromium (or set CHROMIUM)"; exit 1; fi; fi

bench: setup ## paired ratios, into var/bench.jsonl
	@$(BIN)/python -m benchmarks

comparison-check: setup ## national views against a recomputation from raw events; SIZE=full for 1,000 partnerships
	@$(BIN)/python -m tests.comparison --size $(or $(SIZE),default) --seed $(or $(SEED),20260)

isolation: setup ## what nobody may see, proven: one line a proof; ONLY=policies,… runs some, SEED= draws anew
	@$(BIN)/python -m tests.isolation $(if $(ONLY),--only $(ONLY)) $(if $(SEED),--seed $(SEED))

conformance: setup ## the sample held to the Common Impact Data Standard's shapes; SHAPES=DIR has them
	@test -n "$(SHAPES)" || { echo "Say where the context and the shapes are: make conformance SHAPES=DIR (docs/exchange.md)"; exit 1; }
	@$(BIN)/python -m tests.conformance --shapes "$(SHAPES)"

audit-fuzz: setup ## 100,000 forged packs, 10,000 honest ones, 2,000 changes to a database; counts printed
	@$(BIN)/python -m pytest -q -m faults tests/unit/services/audit tests/integration/services/test_fuzz_databases.py

fuzz: setup ## generated requests against the running product; SEED=N draws the same again
	@$(BIN)/python -m tests.fuzz $(if $(SEED),--seed $(SEED))

faults: setup ## long fault campaigns
	@$(BIN)/python -m pytest -q -m faults

lock: ## renew the two locks (needs uv)
	@uv pip compile -q --generate-hashes --no-strip-extras --universal --no-header --python-version 3.11 --group dev pyproject.toml -o requirements.lock
	@uv pip compile -q --generate-hashes --no-strip-extras --universal --no-header --python-version 3.11 pyproject.toml -o requirements-runtime.lock
