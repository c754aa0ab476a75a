# PictoPy. `make help` lists what there is.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
VENV := .venv
BIN := $(VENV)/bin
# Tests run side by side already: threads inside each only get into each other's way.
test test-unit: export OPENBLAS_NUM_THREADS := 1
PACKAGES := $(patsubst %/pyproject.toml,%,$(wildcard libs/*/pyproject.toml services/*/pyproject.toml deploy/local/pyproject.toml))
SOURCES := $(addsuffix /src,$(PACKAGES))
LIBRARY ?=
DATA ?=

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  %-18s %s\n", $$1, $$2}'

## --- use it ------------------------------------------------------------------------------------------------

.PHONY: install
install: $(VENV)/.run ## Make .venv with everything PictoPy needs to run

.PHONY: demo
demo: install ## Install, make a demo library, start everything, print the address (Ctrl-C stops it)
	$(BIN)/pictopy demo

.PHONY: up-local
up-local: install ## The same with your own photos: make up-local LIBRARY=~/Pictures
	$(BIN)/pictopy up $(if $(LIBRARY),--library "$(LIBRARY)") $(if $(DATA),--data "$(DATA)")

$(VENV)/.run: requirements/build.txt requirements/run.txt $(addsuffix /pyproject.toml,$(PACKAGES)) deploy/local/install.sh
	deploy/local/install.sh $(VENV) requirements/build.txt requirements/run.txt -- $(PACKAGES)
	touch $@

$(VENV)/.dev: $(VENV)/.run requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements/dev.txt
	touch $@

## --- work on it --------------------------------------------------------------------------------------------

.PHONY: dev
dev: $(VENV)/.dev ## Install what tests and checks need, too

.PHONY: tools
tools: ## The other programs that judge our work in tests (exiftool, exiv2, chromium), from Debian's packages
	deploy/local/test-tools.sh

.PHONY: triton
triton: dev ## A real tritonserver for the tests, from its wheel; without it they are skipped and say so
	deploy/local/triton.sh

.PHONY: test
test: dev tools ## Install what tests need and pass them (units, handlers, contracts, real engines)
	$(BIN)/python -m pytest -q -n 2 --dist loadfile -m "not e2e"

.PHONY: test-unit
test-unit: dev ## Only what needs no engine: units, handlers, contracts
	$(BIN)/python -m pytest -q -n 2 --dist worksteal -m "not photos" --ignore-glob='*/it/*' --ignore-glob='*/e2e/*' libs services deploy

.PHONY: test-e2e
test-e2e: dev tools ## The whole stack as processes: kill -9, moves, write-back, browser
	$(BIN)/python -m pytest -q -m e2e

.PHONY: check
check: dev ## ruff, mypy strict, pyright on SQL, import-linter
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy libs services deploy/local tests bench
	$(BIN)/lint-imports

.PHONY: format
format: dev ## Let ruff put things right
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.PHONY: docs
docs: dev ## Write docs/messages.md from the messages themselves
	$(BIN)/python -m pictopy_contracts.document > docs/messages.md

.PHONY: lock
lock: dev ## Pin and hash every requirement anew (no address of any index is written)
	deploy/local/lock.sh

## --- containers (docs/compose.md) ----------------------------------------------------------------------------

.PHONY: up
up: ## Start PictoPy as containers: make up LIBRARY=~/Pictures (the folder is asked for once)
	deploy/up.sh $(if $(LIBRARY),"$(LIBRARY)")

.PHONY: down
down: ## Stop the containers; nothing is lost
	cd deploy && docker compose --profile '*' down

.PHONY: key
key: ## Print the link that opens the pages of the containers
	deploy/key.sh

.PHONY: doctor
doctor: ## Say in plain words what is wrong with the containers
	deploy/doctor.sh

.PHONY: images
images: ## Build the images of all services
	deploy/images/build.sh

.PHONY: model-images
model-images: ## Build the images of all models that compose.yaml names (PICTOPY_MODELS_MIRROR= where they are)
	models/images/build.sh

.PHONY: test-containers
test-containers: dev ## Build the images and bring the stack up for real, with stand-ins where no registry can be reached
	deploy/test-compose.sh

## --- measure it: DATA= takes other data; the last line is one JSON object -----------------------------------

bench-%: dev ## bench-ingest, -vision, -accuracy, -people, -events, -search, -meaning, -memories, -exif, -exif-crash
	$(BIN)/python bench/$(subst -,_,$*).py $(DATA)

.PHONY: portability
portability: dev tools ## What other programs read of what we write; writes docs/portability.md
	$(BIN)/python bench/portability.py --page docs/portability.md $(DATA)

.PHONY: clean
clean: ## Remove the environment and all caches (never your photos or data folders)
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
