# Set-up, demo, tests and native builds. Thin: each target calls the own tool of the room it is about.
#
#   make demo    a virtual environment, the install, then lint, build, load and call on examples/
#   make test    every test that needs no root: Python, Go, C, extension
#   make help    the other targets

SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
VENV := .venv
# How long each fuzz target goes on.
SECONDS ?= 3
# Which of the inputs that are made to take long fuzz tries, each INPUTSth, and which random mixtures of them.
INPUTS ?= 1
SEED ?= $(shell date +%s)
# How many steps the long form of the random-edit test takes.
EDITS ?= 20000
BIN := $(CURDIR)/$(VENV)/bin
MODGO := $(BIN)/modgo
ARCH := $(shell uname -s)-$(shell uname -m)

# The environment's own tools come first; `go`, `cc` and `node` are in it only where the machine has none.
export PATH := $(BIN):$(PATH)
export MODGO

# pip takes a file only where its hash is in requirements/, and builds nothing: a build fetches what no lock names. WHEELS=
# on the command line allows builds, for a machine that some package has no wheel for.
WHEELS := --only-binary :all:
locks = $(foreach set,$(1),requirements/$(set).txt)
install_locked = $(BIN)/pip install --quiet --disable-pip-version-check --require-hashes $(WHEELS) $(addprefix -r ,$(call locks,$(1)))

# Without bytecode every start of modgo would compile itself anew.
unexport PYTHONDONTWRITEBYTECODE

##@ Start here

.PHONY: help
help: ## This list
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-zA-Z0-9_.%-]+:.*## / {printf "  %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: setup
setup: $(VENV)/.user ## The virtual environment with modgo, and a Go toolchain and C compiler where missing

.PHONY: demo
demo: setup ## Lint, build, load and call on examples/
	@examples/demo

.PHONY: test
test: test-c test-go test-python test-extension ## Every test that needs no root

##@ Tests, one room at a time

.PHONY: test-python
test-python: $(VENV)/.dev libmod_go.so ## pytest: analysis, rules, builder, host, server, command line
	$(MAKE) -C libmod_go app
	$(BIN)/python -m pytest

.PHONY: test-go
test-go: setup ## The SDK and the examples, by plain go test
	cd udf && go vet ./... && go test ./... && CGO_ENABLED=0 go test . ./udftest ./udfslog
	@for module in examples/*/; do echo "$$module" && examples/go-test "$$module" || exit 1; done

.PHONY: test-c
test-c: setup ## libmod_go, its test app and test1.so
	$(MAKE) -C libmod_go test

.PHONY: test-extension
test-extension: $(VENV)/.dev ## The VS Code extension: types, unit tests, package
	cd vscode-extension && ./with-node sh -ec 'npm ci --no-audit --no-fund && npm run check && npm test && npm run package'

.PHONY: test-workbench
test-workbench: $(VENV)/.bench ## The extension in a real VS Code, in headless Chromium (installs what is missing)
	tests/workbench/run

.PHONY: test-editors
test-editors: $(VENV)/.editors ## The pages of docs/editors/ in real editors (installs what is missing)
	tests/editors/run

.PHONY: test-services
test-services: $(VENV)/.services ## The recipes of docs/ci.md with real programs: pre-commit, reviewdog, the action (installs what is missing)
	$(BIN)/python -m pytest tests/services

.PHONY: test-native
test-native: $(VENV)/.dev ## libmod_go under sanitizers, and as Aerospike's module against its real sources; on arm64 (libssl-dev, valgrind, qemu-user-static, libc6-arm64-cross)
	$(MAKE) -C libmod_go sanitize
	$(MAKE) -C libmod_go valgrind
	$(MAKE) -C libmod_go tsan
	$(MAKE) -C libmod_go -f as_module.mk test
	$(MAKE) -C libmod_go -f as_module.mk sanitize
	$(MAKE) -C libmod_go -f as_module.mk tsan
	$(BIN)/python -m pytest tests/native
	$(MAKE) fuzz

.PHONY: soak
soak: setup ## 64 threads call a module that is replaced every 100 ms, in process and fenced: SECONDS=10
	$(MAKE) -C libmod_go -f as_module.mk soak

.PHONY: fuzz
fuzz: $(VENV)/.dev ## Fuzz every reader, in C, Go and Python: SECONDS=3 each
	$(MAKE) -C libmod_go -f fuzz.mk fuzz SECONDS=$(SECONDS)
	cd udf && for target in 'FuzzRead$$' FuzzReadAs; do \
	  go test ./internal/value -run '^$$' -fuzz "$$target" -fuzztime $(SECONDS)s || exit 1; done
	MODGO_EXAMPLES=$$((60 * $(SECONDS))) $(BIN)/python -m pytest tests/fuzz tests/server/test_survival.py tests/server/test_memory.py \
	  -k "readers or random or day"
	MODGO_INPUTS=$(INPUTS) MODGO_SEED=$(SEED) $(BIN)/python -m pytest tests/hostile/test_inputs.py

.PHONY: test-asd
test-asd: $(VENV)/.asd ## The server plugin, in a host program and in the server that MODGO_ASD names (libssl-dev, liblzma-dev)
	$(MAKE) -C libmod_go -f asd.mk plugin-test RELEASE=1

.PHONY: truth
truth: $(VENV)/.dev ## What an editor is told against a fresh lint, after each of many random steps: EDITS=20000
	MODGO_EDITS=$(EDITS) $(BIN)/python -m pytest tests/server/test_truth.py

.PHONY: agreement
agreement: $(VENV)/.bench ## Lint's verdicts against go/types, on generated UDF modules (AGREEMENT=… for options)
	$(BIN)/python -m tests.agreement $(AGREEMENT)

.PHONY: agreement-real
agreement-real: $(VENV)/.bench ## The same on real Go modules, which it downloads (AGREEMENT="MODULE@VERSION …" for others)
	$(BIN)/python -m tests.agreement.real $(AGREEMENT)

.PHONY: lint
lint: $(VENV)/.dev ## Every formatter, linter and type checker
	$(BIN)/ruff check . && $(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	cd scripts/tools/staticcheck && GOWORK=off go build -mod=readonly -o $(CURDIR)/target/tools/ tool
	test -z "$$(gofmt -l udf examples libmod_go tests/agreement tests/build tests/host | tee /dev/stderr)"
	cd udf && go vet ./... && $(CURDIR)/target/tools/staticcheck ./...
	$(MAKE) -C libmod_go format-check
	$(MAKE) -C libmod_go -f fuzz.mk format-check
	$(MAKE) -C libmod_go -f as_module.mk format-check
	cd vscode-extension && ./with-node sh -ec 'npm ci --no-audit --no-fund && npm run lint'

##@ Native library (as the seed's README says; output in target/{arch}/{lib,bin})

.PHONY: libmod_go.a libmod_go.so
libmod_go.a libmod_go.so: setup ## The loader as a static archive, or as a dynamic library
	$(MAKE) -C libmod_go $@

##@ Releases

# Each machine that servers run on, as zig and as Go call it.
PLUGIN_TRIPLES := x86_64-linux-gnu:amd64 aarch64-linux-gnu:arm64

.PHONY: wheel
wheel: $(VENV)/.asd ## dist/modgo_lsp-….whl with the server plugin for both machines (libssl-dev, liblzma-dev)
	rm -rf target/plugin
	for machine in $(PLUGIN_TRIPLES); do \
	  triple=$${machine%%:*}; to=target/plugin/linux-$${machine##*:}; \
	  $(MAKE) -C libmod_go -f asd.mk release TRIPLE=$$triple && mkdir -p $$to && \
	  cp -R target/Linux-$${triple%%-*}/release/lib target/Linux-$${triple%%-*}/release/bin $$to || exit 1; done
	MODGO_SERVER_PLUGIN=$(CURDIR)/target/plugin $(BIN)/pip wheel --quiet --disable-pip-version-check --no-index --no-deps --no-build-isolation -w dist .

# The same commit gives the same bytes: times in archives and SBOMs are the commit's.
dist test-dist: export SOURCE_DATE_EPOCH = $(shell git log -1 --format=%ct)

.PHONY: dist
dist: $(VENV)/.dist ## All that a release is made of, in dist/: wheel, sdist, .vsix, an SBOM of each package, SHA256SUMS
	rm -rf dist
	$(MAKE) wheel
	$(BIN)/python -m hatchling build -t sdist -d dist
	cd vscode-extension && ./with-node sh -ec 'npm ci --no-audit --no-fund && npm run package -- --out ../dist/'
	$(BIN)/python scripts/sbom.py dist target/plugin
	cd dist && sha256sum * >SHA256SUMS

.PHONY: test-dist
test-dist: dist ## make dist, and what it made: SBOMs by their schema, licences, checksums
	$(BIN)/python -m pytest tests/dist

##@ Figures

.PHONY: bench
bench: bench-lint bench-cli bench-server bench-abi ## All benchmarks: a table each, and bench/out/NAME.json (bench-lint BENCH="--packages 1000")

bench-%: $(VENV)/.bench libmod_go.so
	$(BIN)/python -m bench.$* $(BENCH)

##@ Housekeeping

.PHONY: docs
docs: $(VENV)/.dev ## Write the generated pages anew
	$(BIN)/python docs/generate.py

.PHONY: lock
lock: $(VENV)/.lock ## Pin what pyproject.toml asks for, in requirements/ (UPGRADE=1: the newest versions of everything)
	$(BIN)/python scripts/lock.py $(if $(UPGRADE),--upgrade)

.PHONY: notices
notices: $(VENV)/.dev ## Gather the licences of dependencies into THIRD_PARTY_NOTICES, after make lock
	cd vscode-extension && ./with-node npm ci --no-audit --no-fund
	$(BIN)/python scripts/notices.py

.PHONY: new-rule
new-rule: $(VENV)/.dev ## Begin a lint rule: CODE=MG315 NAME=slow-loop SUMMARY="A loop is slow"
	$(BIN)/python -m tests.rules.new_rule "$(CODE)" "$(NAME)" "$(SUMMARY)"

.PHONY: clean
clean: ## Remove all that was made here
	rm -rf $(VENV) target bench/out artifacts dist vscode-extension/{node_modules,dist} vscode-extension/*.vsix
	find . -name __pycache__ -prune -exec rm -rf {} +

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10) and "modgo needs Python 3.10 or newer: make PYTHON=python3.12 …")'
	$(PYTHON) -m venv $(VENV)

# What a user gets. Wheels stand in for a Go toolchain and a C compiler that the machine lacks. modgo itself is built by
# the hatchling that is locked, not by one that pip would fetch.
$(VENV)/.user: pyproject.toml $(call locks,runtime build toolchain) | $(VENV)/bin/python
	$(call install_locked,runtime build)
	$(BIN)/pip install --quiet --disable-pip-version-check --no-index --no-deps --no-build-isolation --editable .
	@{ command -v go && command -v cc; } >/dev/null || $(call install_locked,toolchain)
	@command -v go >/dev/null || ln -sf "$$($(BIN)/python -c 'import go; print(go.__path__[0])')/bin/go" $(BIN)/go
	@command -v gofmt >/dev/null || ln -sf "$$($(BIN)/python -c 'import go; print(go.__path__[0])')/bin/gofmt" $(BIN)/gofmt
	@command -v cc >/dev/null || { printf '#!/bin/sh\nexec "%s" -m ziglang cc "$$@"\n' $(BIN)/python >$(BIN)/cc && chmod +x $(BIN)/cc; }
	@touch $@

# What the tests need beside it.
$(VENV)/.dev: $(VENV)/.user $(call locks,dev)
	$(call install_locked,dev)
	@touch $@

# zig builds the plugin for old C libraries; the official client speaks to a real server.
$(VENV)/.asd: $(VENV)/.dev $(call locks,deploy toolchain)
	$(call install_locked,deploy toolchain)
	@touch $@

# gopls wants the newest Go, whatever the machine has. Editors that Debian has too old or not at all, and what types into
# them. Programs that find modgo in a repository. What makes SBOMs, and checks them. uv.
$(VENV)/.bench: $(VENV)/.dev
$(VENV)/.editors: $(VENV)/.bench
$(VENV)/.services $(VENV)/.dist $(VENV)/.lock: $(VENV)/.dev
$(VENV)/.bench $(VENV)/.editors $(VENV)/.services $(VENV)/.dist $(VENV)/.lock: $(VENV)/.%: requirements/%.txt
	$(call install_locked,$*)
	@touch $@
