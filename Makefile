# Two commands matter: `make run` and `make test`. Everything they need is made on the way.
PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: install run test check format proof bench shots lock messages

install: $(STAMP)

# The stamp holds what was installed: without a change of the lock files nothing asks the network again.
# The lock is complete, so nothing is resolved: an older pip takes `coverage[toml]` for an unpinned package as soon as
# a newer release of it exists. `pip check` proves that nothing is missing.
$(STAMP): requirements/dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; say make PYTHON=/path/to/python3.11")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements/dev.txt
	@$(BIN)/python -m pip check --disable-pip-version-check >/dev/null
	@touch $(STAMP)

run: install
	@PORT=$(PORT) exec $(BIN)/python -m config.run

test: install
	@$(BIN)/python -m pytest

check: install
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/djlint --quiet --lint templates
	@$(BIN)/mypy
	@$(BIN)/python manage.py makemigrations --check --dry-run
	@$(BIN)/python -m pytest -n 0 tests/test_architecture.py tests/test_translations.py
	@DEBUG=false SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(48))') \
	  ALLOWED_HOSTS=talk.example.org SITE_URL=https://talk.example.org \
	  $(BIN)/python manage.py check --deploy --fail-level WARNING

format: install
	@$(BIN)/ruff format --quiet .
	@$(BIN)/ruff check --quiet --fix .

proof: install
	@$(BIN)/python -m pytest -m proof -n 0 -s

bench: install
	@$(BIN)/python -m tests.bench

shots: install
	@$(BIN)/python -m tests.shots

# Needs network; commit what it writes.
lock: install
	@$(BIN)/python -m pip install --quiet uv
	@$(BIN)/uv pip compile pyproject.toml --generate-hashes --no-emit-index-url --no-header --python-version 3.11 --upgrade -o requirements/base.txt >/dev/null
	@$(BIN)/uv pip compile pyproject.toml --group dev --generate-hashes --no-emit-index-url --no-header --python-version 3.11 --upgrade -o requirements/dev.txt >/dev/null

messages: install
	@$(BIN)/python manage.py makemessages -l zh_Hans --no-location --no-obsolete -i .venv -i var
	@$(BIN)/python -m config.messages
