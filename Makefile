# One word for each thing to do. `make help` lists them.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
PLAN ?= cities/yancheng/plan.txt
PORT ?= 8000
export PYTHONPATH :=

.PHONY: help
help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  %-16s %s\n", $$1, $$2}'

.PHONY: setup
setup: .venv/core src/shucheng/web/static/build/manifest.json ## everything needed to run, in .venv
	@$(BIN)/shucheng messages >/dev/null

.venv/uv:
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed") if sys.version_info < (3, 11) else 0'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/pip install --quiet --disable-pip-version-check uv
	@touch $@

.venv/core: .venv/uv requirements/core.lock pyproject.toml
	@VIRTUAL_ENV=.venv $(BIN)/uv pip install --quiet --require-hashes -r requirements/core.lock
	@VIRTUAL_ENV=.venv $(BIN)/uv pip install --quiet --no-deps --editable .
	@touch $@

.venv/dev: .venv/core requirements/dev.lock
	@VIRTUAL_ENV=.venv $(BIN)/uv pip install --quiet --require-hashes -r requirements/dev.lock
	@touch $@

# Links duplicates of firms; brings pandas and Altair.
.venv/statistics: .venv/core requirements/statistics.lock
	@VIRTUAL_ENV=.venv $(BIN)/uv pip install --quiet --require-hashes -r requirements/statistics.lock
	@touch $@

# Differential privacy and private set intersection: the fast tests go without, the slow ones with it.
.venv/privacy: .venv/core requirements/privacy.lock
	@VIRTUAL_ENV=.venv $(BIN)/uv pip install --quiet --require-hashes -r requirements/privacy.lock
	@touch $@

# Spark comes as source, 456 MB: for the slow tests alone.
.venv/spark: .venv/dev requirements/spark.lock
	@VIRTUAL_ENV=.venv $(BIN)/uv pip install --quiet --require-hashes -r requirements/spark.lock
	@touch $@

src/shucheng/web/static/build/manifest.json: frontend/package-lock.json frontend/vite.config.js $(wildcard frontend/src/*)
	@cd frontend && npm ci --silent --no-audit --no-fund && npm run --silent build
	@touch $@

.PHONY: demo
demo: setup ## compile the plan (PLAN=FILE), fill a simulated year, serve the cockpit (PORT=8000)
	@SHUCHENG_DATA=$${SHUCHENG_DATA:-var/demo$(if $(filter-out 8000,$(PORT)),-$(PORT))} $(BIN)/shucheng demo --plan $(PLAN) --port $(PORT)

.PHONY: serve
serve: setup ## serve what is in SHUCHENG_DATA (default: var)
	@$(BIN)/shucheng serve --port $(PORT)

.PHONY: system
system: ## Debian packages that tests and pictures need (as root)
	@tools/system-packages

.PHONY: test
test: test-fast test-slow ## all tests: SQLite, PostgreSQL, real Chromium, real nginx

.PHONY: test-fast
test-fast: setup .venv/dev system ## engines, pages and actions on SQLite (a few minutes)
	@$(BIN)/pytest -n 2 --dist worksteal -q -m "not slow and not browser"

.PHONY: test-slow
# The browser tests share one filled demonstration, so one process runs them all, beside the others.
test-slow: setup .venv/dev .venv/privacy .venv/spark system ## the same on PostgreSQL, then the slow and the browser tests, and Spark
	@$(BIN)/pytest -n 2 --dist worksteal -q -m "not slow and not browser" --database postgres src tests/security
	@log=$$(mktemp); $(BIN)/pytest -q -m browser >$$log 2>&1 & browser=$$!; \
	$(BIN)/pytest -n 2 --dist loadfile -q -m "slow and not browser"; slow=$$?; \
	wait $$browser; browser=$$?; cat $$log; rm -f $$log; exit $$((slow || browser))

.PHONY: lint
lint: setup .venv/dev ## ruff, types, import contracts, migrations, templates
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/shucheng manage makemigrations --check --dry-run
	@$(BIN)/djlint --check --lint src --extension html

.PHONY: format
format: .venv/dev ## put the code in shape
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format --quiet . ; $(BIN)/djlint --quiet --reformat src --extension html || true

.PHONY: bench
bench: setup .venv/dev ## measure, as ratios against a peer or a limit (QUICK=1 for a minute's version)
	@for file in $(filter-out benchmarks/frame.py,$(wildcard benchmarks/*.py)); do $(BIN)/python $$file $(if $(QUICK),--quick); done

.PHONY: docs
docs: setup .venv/dev pictures ## write the generated reference and the README's pictures anew
	@$(BIN)/shucheng docs

.PHONY: pictures
pictures: setup .venv/dev system ## photograph a fresh demonstration for the README (docs/images, under 300 kB each)
	@$(BIN)/python tools/screenshots.py

.PHONY: security-matrix
security-matrix: setup .venv/dev ## write down anew who may do what at every address
	@SHUCHENG_WRITE_MATRIX=1 $(BIN)/pytest -q tests/security/test_matrix.py

.PHONY: messages
messages: setup ## collect texts to translate (needs gettext)
	@$(BIN)/shucheng messages --collect

.PHONY: lock
lock: .venv/uv ## pin dependencies anew
	@$(BIN)/uv pip compile -q --upgrade --generate-hashes --no-header --universal --python-version 3.11 pyproject.toml -o requirements/core.lock
	@$(BIN)/uv pip compile -q --generate-hashes --no-header --universal --python-version 3.11 --group dev -c requirements/core.lock pyproject.toml -o requirements/dev.lock
	@$(BIN)/uv pip compile -q --generate-hashes --no-header --universal --python-version 3.11 --extra spark -c requirements/core.lock pyproject.toml -o requirements/spark.lock
	@$(BIN)/uv pip compile -q --generate-hashes --no-header --universal --python-version 3.11 --extra statistics -c requirements/core.lock pyproject.toml -o requirements/statistics.lock
	@$(BIN)/uv pip compile -q --generate-hashes --no-header --universal --python-version 3.11 --extra privacy -c requirements/core.lock pyproject.toml -o requirements/privacy.lock
