# Every target is one line of `make help`. Python >= 3.11 and make are all that is needed.
.DEFAULT_GOAL := help
PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

setup: ## install everything into .venv, once
	@$(PYTHON) backoffice/ops/install.py dev

demo: ## try it: web, worker and beat with demo data (PORT=8000)
	@PORT=$(PORT) $(PYTHON) backoffice/ops/install.py demo
	@DEMO=1 PORT=$(PORT) $(BIN)/python manage.py up --port $(PORT)

test: setup ## run the tests (ARGS=..., DATABASE_URL=..., REDIS_URL=...)
	@$(BIN)/python -m pytest $(ARGS)

test-calendar: setup ## the tests of days and terms at year end, clock change, 29 February (ARGS=--whole)
	@$(BIN)/python -m tests.calendar_runs $(ARGS)

check: setup ## lint, types, import layers, templates, catalogues, migrations, assets
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint templates docker/pages --lint --quiet
	$(BIN)/djlint templates docker/pages --check --quiet
	$(BIN)/python -m tests.static
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python -m pytest tests/platform/test_migrations.py
	$(BIN)/python static/update_vendor.py --check
	$(BIN)/python locale/catalogues.py --check

goals: setup ## measured promises, one line each (G=name for one)
	@$(BIN)/python manage.py goals $(G)

bench: setup ## speed beside others', as ratios inside one run (ARGS=--smoke, --full)
	@$(BIN)/python -m bench $(ARGS)

lock: setup ## compile requirements/*.txt from pyproject.toml
	$(BIN)/uv pip compile pyproject.toml --extra demo --extra dev $(LOCK) -o requirements/dev.txt
	$(BIN)/uv pip compile pyproject.toml --extra demo $(LOCK) -c requirements/dev.txt -o requirements/demo.txt
	$(BIN)/uv pip compile pyproject.toml $(LOCK) -c requirements/dev.txt -o requirements/production.txt
	echo uv | $(BIN)/uv pip compile - $(LOCK) -o requirements/uv.txt
LOCK := --quiet --generate-hashes --universal --no-emit-index-url --no-emit-find-links --no-header --no-annotate --python-version 3.11

assets: ## fetch the vendored browser assets anew (needs npm)
	$(PYTHON) static/update_vendor.py

messages: setup ## collect and compile the catalogues (needs gettext)
	$(BIN)/python locale/catalogues.py

.PHONY: help setup demo test test-calendar check goals bench lock assets messages
