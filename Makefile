# Each target does all its own set-up. `make` alone lists them.
API_PORT ?= 8000
PAGE_PORT ?= 8080
# Folder of mnist/ and, where they are to be had, drawn/ and not_digits/.
DATA ?= data
# How many seeds train-fast trains; more options of the search, as in --trials 27 --epochs 27.
RUNS ?= 1
SEARCH ?=
# Of deployment: which stage, from what, with which parameters of its stack.
STAGE ?=
BUILD ?= build
SET ?=
# Why heads are rolled back or frozen, for their history.
REASON ?=
export STORE REASON
# Options of the benches, as in --quick.
BENCH ?=
# The requirements that are locked; torch's build is another one on each kind of machine.
LOCKED := requirements requirements-local requirements-dev requirements-stack requirements-peer \
  requirements-clients requirements-fuzz
# What npm installs, beside Python's.
TYPESCRIPT := tests/clients/typescript
NPM = PATH="$(CURDIR)/.venv-clients/bin:$$PATH" npm --ignore-scripts --no-audit --no-fund --silent
BIN := .venv/bin
TRAIN_BIN := .venv-train/bin
DEPLOY = @$(BIN)/python -m tools.deploy
CAMPAIGN = $(BIN)/python -m bench.reliability $(ONLY) $(if $(SEED),--seed $(SEED)) \
  $(if $(CONTINUE),--continue)
HEADS = $(BIN)/python -m export.heads $(if $(STORE),--store "$$STORE")
INSTALL := -m tools.install
# Nothing is installed whose sha256 is not in its lock.
INSTALL_LOCKED := $(INSTALL) --require-hashes --no-deps

.DEFAULT_GOAL := help
# Every target that is described below, and the two that only look at what is asked; none of them makes a file of its name.
.PHONY: $(shell sed -n 's/^\([a-z-]*\):.*\#\# .*/\1/p' Makefile) stage-asked campaign-asked
.SUFFIXES:

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

run: .venv/run.stamp ## start the API and the page on this machine (API_PORT, PAGE_PORT)
	@$(BIN)/python -m tools.run --api-port $(API_PORT) --page-port $(PAGE_PORT)

environments: .venv/dev.stamp .venv-stack/stack.stamp .venv-clients/clients.stamp ## make what `make test` runs in; -j: side by side

test: environments check ## check and run all tests; a browser is installed if there is none
	@INKLING_CHROMIUM="$$($(BIN)/python -m tools.browser)" && export INKLING_CHROMIUM && \
	  $(BIN)/python -m pytest $(PYTEST)
	@if [ -e .venv-train/train.stamp ]; then \
	  $(TRAIN_BIN)/python -m pytest tests/export $(PYTEST); \
	else \
	  echo "Tests that train were left out: they need the training environment (make train-env)."; \
	fi

check: .venv/dev.stamp ## ruff, its formatter and strict types, without the tests
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy

review: .venv/run.stamp ## review feedback on a page of this machine (STORE)
	@$(BIN)/python -m export.review --page $(if $(STORE),--store "$$STORE")

stats: .venv/dev.stamp ## count feedback, agreement and drift: a table and stats.png (STORE)
	@$(BIN)/python -m export.stats $(if $(STORE),--store "$$STORE")

sweep: .venv/run.stamp ## remove feedback older than 400 days, and what was broken off (STORE, TRUST_CLOCK)
	@$(BIN)/python -m export.retention sweep $(if $(STORE),--store "$$STORE") \
	  $(if $(TRUST_CLOCK),--trust-clock)

# What is asked for is looked at before anything is built for it.
stage-asked: .venv/run.stamp
	$(DEPLOY) check --stage "$(STAGE)"

campaign-asked: .venv/dev.stamp
	@$(CAMPAIGN) --check

package: .venv/run.stamp ## build what Lambda runs: build/deployment.zip and template.json
	@$(BIN)/python -m tools.package --out $(BUILD)

deploy: stage-asked package ## make or change a stage in AWS and look at it (STAGE, SET, WATCH)
	$(DEPLOY) deploy --stage "$(STAGE)" --build $(BUILD) $(if $(WATCH),--watch $(WATCH)) $(SET)

deploy-site: .venv/run.stamp ## put the page of a stage alone (STAGE)
	$(DEPLOY) site --stage "$(STAGE)"

status: .venv/run.stamp ## say how a stage is: address, alarms, requests, fuse (STAGE)
	$(DEPLOY) status --stage "$(STAGE)"

logs: .venv/run.stamp ## print what a stage wrote (STAGE, MINUTES, FOLLOW=1)
	$(DEPLOY) logs --stage "$(STAGE)" $(if $(MINUTES),--minutes $(MINUTES)) $(if $(FOLLOW),--follow)

previous: .venv/run.stamp ## let the version before of the API answer, at once (STAGE, VERSION)
	$(DEPLOY) previous --stage "$(STAGE)" $(if $(VERSION),--version "$(VERSION)")

restore: .venv/run.stamp ## let requests through again after the budget fuse has blown (STAGE)
	$(DEPLOY) restore --stage "$(STAGE)"

round: .venv/run.stamp ## have a stage begin a round of learning now, as it does each day (STAGE)
	$(DEPLOY) round --stage "$(STAGE)"

recover: .venv/run.stamp ## bring back what is gone from a stage's bucket (STAGE, KEY, BEFORE)
	$(DEPLOY) recover --stage "$(STAGE)" --key "$(KEY)" $(if $(BEFORE),--before "$(BEFORE)")

destroy: .venv/run.stamp ## remove a stage from AWS; it asks first (STAGE, KEEP_FEEDBACK=1, YES=1)
	$(DEPLOY) destroy --stage "$(STAGE)" $(if $(KEEP_FEEDBACK),--keep-feedback) $(if $(YES),--yes)

bench: .venv/dev.stamp .venv-peer/peer.stamp package ## measure speed and memory, write docs/performance.md
	@INKLING_CHROMIUM="$$($(BIN)/python -m tools.browser)" OPENBLAS_NUM_THREADS=1 \
	  $(BIN)/python -m bench.performance $(BENCH)

operations: .venv/dev.stamp package ## measure and simulate for docs/operations.md, as root (Linux)
	@OPENBLAS_NUM_THREADS=1 $(BIN)/python -m bench.operations --measure --simulate

campaign: campaign-asked package ## try hard to break it, write docs/reliability.md (ONLY, SEED, CONTINUE=1)
	@INKLING_CHROMIUM="$$($(BIN)/python -m tools.browser)" && export INKLING_CHROMIUM && \
	  OPENBLAS_NUM_THREADS=1 $(CAMPAIGN)

train-env: .venv-train/train.stamp ## make the training environment (PyTorch, Python 3.11)

fuzz-env: .venv-fuzz/fuzz.stamp ## make the fuzzing environment (atheris, Python 3.11)

drawings: .venv/run.stamp ## fetch the drawn sets from their public sources (DATA, ONLY=uji,omniglot)
	@$(BIN)/python -m export.drawings --out $(DATA) $(if $(ONLY),--only $(ONLY))

train-fast: .venv-train/train.stamp ## 99.4 % of MNIST within a minute on two cores (RUNS, DATA)
	@OMP_WAIT_POLICY=passive $(TRAIN_BIN)/python -m export.fast --data $(DATA)/mnist --runs $(RUNS)

search: .venv-train/train.stamp ## search for settings, write docs/search.md (SEARCH, DATA)
	@OMP_WAIT_POLICY=passive $(TRAIN_BIN)/python -m export.search cnn --data $(DATA)/mnist \
	  $(if $(wildcard $(DATA)/drawn),--drawings $(DATA)) --out runs/search --table docs/search.md $(SEARCH)

quality: .venv/dev.stamp ## score the published models, write docs/quality.md and model-card.md (DATA)
	@$(BIN)/python -m export.quality --data $(DATA)

heads: .venv/run.stamp ## show what feedback has taught the models, and how that came to be (STORE)
	@$(HEADS) show && $(HEADS) history

rollback: .venv/run.stamp ## go back to the heads before the present ones (STORE, REASON)
	@$(HEADS) rollback $(if $(REASON),--reason "$$REASON")

adapt: .venv/dev.stamp ## learn from accepted feedback here and now, as the schedule does (STORE)
	@$(BIN)/python -m export.adapt $(if $(STORE),--store "$$STORE")

freeze: .venv/run.stamp ## let no round change what is served (STORE, REASON)
	@$(HEADS) freeze $(if $(REASON),--reason "$$REASON")

unfreeze: .venv/run.stamp ## let rounds promote again (STORE, REASON)
	@$(HEADS) unfreeze $(if $(REASON),--reason "$$REASON")

lock: .venv/dev.stamp .venv-clients/python.stamp ## write locks/, the hashes of all that is installed, anew (UPGRADE=1: newer versions)
	@for name in $(LOCKED); do \
	  case $$name in *-fuzz) version=3.11;; *) version=3.12;; esac; \
	  $(BIN)/uv pip compile $$name.txt --quiet --universal --python-version $$version \
	    --generate-hashes --no-annotate --no-emit-package pip --custom-compile-command "make lock" \
	    $(if $(UPGRADE),--upgrade) --output-file locks/$$name.txt || exit 1; \
	done
	@cd $(TYPESCRIPT) && $(NPM) install --package-lock-only --omit-lockfile-registry-resolved

clean: ## remove environments, caches and build; models, feedback and runs stay
	rm -rf .venv .venv-stack .venv-clients .venv-train .venv-peer .venv-fuzz build .cache .mypy_cache .ruff_cache .pytest_cache

# uv, with which all else is installed, comes with pip; where there is none for a machine, pip stays.
.venv/uv.stamp:
	@[ -x $(BIN)/python ] || { python=$$(tools/find-python 3.12 3.13) && "$$python" -m venv .venv; }
	@sed -n '/^uv==/,/[^\\]$$/p' locks/requirements-dev.txt >.venv/uv.txt
	@$(BIN)/python $(INSTALL_LOCKED) -r .venv/uv.txt || echo "Without uv it takes minutes."
	@touch $@

.venv/run.stamp: .venv/uv.stamp locks/requirements-local.txt
	@echo "Installing what the API needs (once)..."
	@$(BIN)/python $(INSTALL_LOCKED) -r locks/requirements-local.txt
	@touch $@

.venv/dev.stamp: .venv/run.stamp locks/requirements-dev.txt
	@echo "Installing what the tests need (once)..."
	@$(BIN)/python $(INSTALL_LOCKED) -r locks/requirements-dev.txt
	@touch $@

.venv-stack/stack.stamp: locks/requirements-stack.txt | .venv/uv.stamp
	@[ -x .venv-stack/bin/python ] || \
	  { python=$$(tools/find-python 3.12 3.13) && "$$python" -m venv .venv-stack; }
	@echo "Installing what proves the stack without an account (once)..."
	@.venv-stack/bin/python $(INSTALL_LOCKED) -r locks/requirements-stack.txt
	@touch $@

.venv-clients/python.stamp: locks/requirements-clients.txt | .venv/uv.stamp
	@[ -x .venv-clients/bin/python ] || \
	  { python=$$(tools/find-python 3.12 3.13) && "$$python" -m venv .venv-clients; }
	@echo "Installing other people's clients, and what makes some (once)..."
	@.venv-clients/bin/python $(INSTALL_LOCKED) -r locks/requirements-clients.txt
	@touch $@

.venv-clients/clients.stamp: .venv-clients/python.stamp $(TYPESCRIPT)/package-lock.json
	@cp $(TYPESCRIPT)/package.json $(TYPESCRIPT)/package-lock.json .venv-clients/
	@cd .venv-clients && $(NPM) ci
	@touch $@

.venv-train/train.stamp: requirements-export.txt
	@[ -x $(TRAIN_BIN)/python ] || \
	  { python=$$(tools/find-python 3.11 3.12 3.13) && "$$python" -m venv .venv-train; }
	@echo "Installing PyTorch and what training needs (once)..."
	@$(TRAIN_BIN)/python $(INSTALL) -r requirements-export.txt
	@touch $@

.venv-peer/peer.stamp: locks/requirements-peer.txt | .venv/uv.stamp
	@[ -x .venv-peer/bin/python ] || \
	  { python=$$(tools/find-python 3.12 3.13) && "$$python" -m venv .venv-peer; }
	@echo "Installing the peer that the benches compare with (once)..."
	@.venv-peer/bin/python $(INSTALL_LOCKED) -r locks/requirements-peer.txt
	@touch $@

.venv-fuzz/fuzz.stamp: locks/requirements-fuzz.txt
	@[ -x .venv-fuzz/bin/python ] || \
	  { python=$$(tools/find-python 3.11) && "$$python" -m venv .venv-fuzz; }
	@echo "Installing the fuzzer (once)..."
	@.venv-fuzz/bin/python $(INSTALL_LOCKED) -r locks/requirements-fuzz.txt
	@touch $@
