# Every habit of this project, one word each. `make help` lists them.
PYTHON ?= python3
PORT ?= 8080
VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help

help: ## this list
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(VENV)/.run: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; name it with PYTHON=python3.12"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.test: $(VENV)/.run requirements-test.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-test.txt
	@touch $@

sandbox: $(VENV)/.run ## the whole bot in your browser: no token, no Telegram (PORT=8080)
	$(BIN)/python -m bot sandbox --port $(PORT)

run: $(VENV)/.run ## the bot, with the settings of the environment or .env
	$(BIN)/python -m bot run

check: $(VENV)/.test ## formatting, lint, types, catalogs and pages, without the tests
	$(BIN)/ruff format --check bot tests
	$(BIN)/ruff check bot tests
	$(BIN)/mypy
	$(BIN)/python -m bot check

test: check ## every check that CI runs; ends with pytest's summary
	$(BIN)/python -m pytest --numprocesses=logical --maxprocesses=4 --dist=worksteal --cov=bot/i18n --cov=bot/library --cov=bot/dialogue --cov=bot/desk --cov-branch --cov-report=term:skip-covered --cov-fail-under=100

bench: $(VENV)/.test ## taps through the sandbox: this bot, a bare python-telegram-bot, a bare loop (ARGS=--help)
	$(BIN)/python -m tests.bench $(ARGS)

storm: $(VENV)/.test ## five minutes in which everything goes wrong: nobody may lose a screen or a consultation (ARGS=--help)
	$(BIN)/python -m tests.storm $(ARGS)

lock: ## pins every dependency anew, with hashes
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check 'uv>=0.13'
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links pyproject.toml -o requirements.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links --extra test pyproject.toml -o requirements-test.txt

clean: ## removes what was made: the virtual environment and caches; never data/
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage* *.egg-info
	find bot tests -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: help sandbox run check test bench storm lock clean
