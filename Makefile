# make run     set up and serve on http://127.0.0.1:8050 (ARGS="--port 8051" and the like)
# make test    set up and run every test, browser and container included (ARGS="-k mosaic")
# make test-thorough  the same with ten times as many hostile requests: before a release
# make lint    look for faults in the code without running it
# make docs    write what is made from the code, and build the pages of docs/ into site/
# make audit   look the pinned packages up among the known vulnerabilities
# make bench   measure, and write bench/results.json (ARGS="--short")

VENV := .venv
PYTHON := $(VENV)/bin/python
ARGS :=
export TF_CPP_MIN_LOG_LEVEL := 2

.PHONY: run test test-thorough lint docs audit bench environment test-environment browser

run: environment
	$(PYTHON) -m app $(ARGS)

# What needs a Docker engine or nginx cannot run without: that is said at the end, not passed over.
test: test-environment browser
	@options=; said=; \
	docker info >/dev/null 2>&1 || { options='--ignore=tests/container'; \
	  said='NOT RUN: tests/container, since no Docker engine is reachable (docker info fails).\n'; }; \
	command -v nginx >/dev/null || { options="$$options --ignore=tests/replicas"; \
	  said="$${said}NOT RUN: tests/replicas, since there is no nginx.\n"; }; \
	$(PYTHON) -m pytest -n 2 --no-loadscope-reorder $$options $(ARGS); status=$$?; \
	[ -z "$$said" ] || printf "\n$$said"; \
	exit $$status

test-thorough: export THOROUGH := 1
test-thorough: test

lint: test-environment
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy

docs: test-environment
	$(PYTHON) -m docs.draw_rooms
	$(PYTHON) -m docs.write_interfaces
	NO_MKDOCS_2_WARNING=1 $(PYTHON) -m mkdocs build --strict --quiet

audit: environment
	@$(PYTHON) deploy/audit_packages.py

bench: test-environment
	$(PYTHON) -m bench $(ARGS)
	$(PYTHON) deploy/numbers_page.py

browser: test-environment
	$(PYTHON) -m tests.harness.find_browser

environment: $(PYTHON)
	@$(PYTHON) deploy/set_up.py run

test-environment: environment
	@$(PYTHON) deploy/set_up.py test

# TensorFlow has wheels for Python 3.11 to 3.13 among those that this project takes.
$(PYTHON):
	@for python in python3 python3.13 python3.12 python3.11; do \
	  $$python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null \
	    || continue; \
	  echo "setting up $(VENV) with $$($$python --version)"; \
	  $$python -m venv $(VENV) && exit 0; \
	  rm -rf $(VENV); \
	  echo 'no virtual environment could be made (on Debian: install python3-venv)' >&2; exit 1; \
	done; \
	echo 'no Python 3.11, 3.12 or 3.13: install one (on Debian: python3 and python3-venv)' >&2; exit 1
