# Setup, demo, checks, tests and releases. Each target calls the tool of the folder that it is about.
#
#   make demo    creates a virtual environment, then lints, builds, loads and calls examples/
#   make check   what to run before each commit: under a minute
#   make test    every test that needs no root: Python, Go, C, extension
#   make help    lists the other targets

SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
VENV := .venv
# How many tests and compilers run at once.
JOBS ?= $(shell getconf _NPROCESSORS_ONLN)
# The run time of each fuzz target.
SECONDS ?= 3
# Fuzzing tries every INPUTSth of the inputs that are built to be slow, and random mixtures of them by this seed.
INPUTS ?= 1
SEED ?= $(shell date +%s)
# The number of random edits in `make truth`.
EDITS ?= 20000
# How many mutants, and of which folder (all).
SAMPLE ?= 300
FOLDER ?=
BIN := $(CURDIR)/$(VENV)/bin
MODGO := $(BIN)/modgo
# C is compiled on all processors. Its test programs run one after the other, and so do the targets here.
# Under `make -j` they share its job server, which make passes on only to recipes that say $(MAKE) themselves.
C_JOBS = $(if $(findstring jobserver,$(MAKEFLAGS)),,-j$(JOBS))
.NOTPARALLEL:
GO_FOLDERS := udf examples libmod_go bench tests/agreement tests/model/types tests/build tests/host tests/native

# The environment's tools come first. It has `go`, `cc` and `node` only if the machine has none.
export PATH := $(BIN):$(PATH)
export MODGO

# pip installs only files whose hash is in requirements/, and builds nothing, because a build fetches packages that are not
# locked. `make WHEELS=` allows builds, for a machine that a package has no wheel for.
WHEELS := --only-binary :all:
locks = $(foreach set,$(1),requirements/$(set).txt)
install_locked = $(BIN)/pip install --quiet --disable-pip-version-check --require-hashes $(WHEELS) $(addprefix -r ,$(call locks,$(1)))

# Without bytecode every start of modgo would compile its modules again.
unexport PYTHONDONTWRITEBYTECODE

##@ Start here

.PHONY: help
help: ## List the targets
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-zA-Z0-9_.% -]+:.*## / {printf "  %-24s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: setup
setup: $(VENV)/.user ## Create the virtual environment with modgo, and with Go and a C compiler if the machine has none

.PHONY: demo
demo: setup ## Lint, build, load and call on examples/
	@examples/demo

.PHONY: test
test: test-c test-go test-python test-extension ## Every test that needs no root

##@ While you work

# The Python folders whose tests start no process, but for those marked slow.
QUICK_TESTS := $(wildcard $(addprefix tests/,docs golang syntax model rules lint report ide))
PYTEST := $(BIN)/python -m pytest
PYTEST_PARALLEL := $(PYTEST) -n $(JOBS) --dist loadfile
PRETTIER := cd vscode-extension && ./with-node sh -ec '[ -d node_modules ] || npm ci --no-audit --no-fund; npm run --silent format -- --log-level warn'

.PHONY: check
check: $(VENV)/.dev ## Linters, types and the quick tests, in under a minute: run it before each commit
	$(BIN)/ruff check . && $(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	test -z "$$(gofmt -l $(GO_FOLDERS) | tee /dev/stderr)"
	cd udf && go vet ./...
	$(PYTEST_PARALLEL) -m "not slow and not serial" $(QUICK_TESTS)

.PHONY: fmt
fmt: $(VENV)/.dev ## Format everything: ruff (with its safe fixes), gofmt, clang-format, prettier
	$(BIN)/ruff check --fix-only . && $(BIN)/ruff format .
	gofmt -w $(GO_FOLDERS)
	$(MAKE) -C libmod_go format
	$(MAKE) -C libmod_go -f fuzz.mk format
	$(MAKE) -C libmod_go -f as_module.mk format
	$(PRETTIER)

.PHONY: test-one
test-one: $(VENV)/.dev ## One test file, folder or package: T=tests/lint/test_config.py, T=udf/bind, T=libmod_go/test/test_elf.c
	@scripts/test-one "$(T)"

.PHONY: new-rule
new-rule: $(VENV)/.dev ## Write a lint rule's file and test to start from: CODE=MG317 NAME=slow-loop SUMMARY="A loop is slow"
	$(BIN)/python scripts/new_rule.py "$(CODE)" "$(NAME)" "$(SUMMARY)"

.PHONY: new-method
new-method: $(VENV)/.dev ## Write an LSP method's handler, row and workspace test to start from: METHOD=textDocument/linkedEditingRange
	$(BIN)/python scripts/new_method.py "$(METHOD)"

##@ Tests

.PHONY: test-python
test-python: $(VENV)/.dev libmod_go.so ## pytest: analysis, rules, builder, host, server, command line
	$(MAKE) $(C_JOBS) -C libmod_go app
	$(PYTEST_PARALLEL) -m "not serial"
	$(PYTEST) -m serial

.PHONY: test-go
test-go: setup ## go test of the SDK and the examples
	cd udf && go vet ./... && go test ./... && CGO_ENABLED=0 go test . ./udfdebug ./udftest ./udfslog
	@for module in examples/*/; do echo "$$module" && examples/go-test "$$module" || exit 1; done

.PHONY: test-c
test-c: setup ## libmod_go, its test app and test1.so
	$(MAKE) $(C_JOBS) -C libmod_go test

.PHONY: test-extension
test-extension: $(VENV)/.dev ## The VS Code extension: types, unit tests, packaging
	cd vscode-extension && ./with-node sh -ec 'npm ci --no-audit --no-fund && npm run check && npm test && npm run package'

.PHONY: test-workbench
test-workbench: $(VENV)/.bench ## The extension in a real VS Code, in headless Chromium (installs both)
	tests/workbench/run

.PHONY: test-workbench-controls
test-workbench-controls: $(VENV)/.bench ## That steps of test-workbench fail when what they look for is not there
	tests/workbench/run --controls

.PHONY: test-editors
test-editors: $(VENV)/.editors ## The pages of docs/editors/ in real editors (installs them)
	tests/editors/run

.PHONY: test-services
test-services: $(VENV)/.services ## The recipes of docs/ci.md with real programs: pre-commit, reviewdog, the action (installs them)
	$(PYTEST) tests/services

.PHONY: test-site
test-site: site $(VENV)/.dev ## make site, then check that its pages load nothing from elsewhere and can be searched
	$(PYTEST) tests/site

.PHONY: test-native
test-native: test-sanitizers ## test-sanitizers, tests/native without skips, fuzz (libssl-dev, valgrind, qemu-user-static, libc6-arm64-cross)
	MODGO_NATIVE=1 $(PYTEST) tests/native
	$(MAKE) fuzz

.PHONY: test-sanitizers
test-sanitizers: $(VENV)/.dev ## libmod_go under sanitizers and valgrind, as Aerospike's module and as the server's plugin (libssl-dev, liblzma-dev, valgrind)
	$(MAKE) $(C_JOBS) -C libmod_go sanitize
	$(MAKE) $(C_JOBS) -C libmod_go valgrind
	$(MAKE) $(C_JOBS) -C libmod_go tsan
	$(MAKE) $(C_JOBS) -C libmod_go -f as_module.mk test
	$(MAKE) $(C_JOBS) -C libmod_go -f as_module.mk sanitize
	$(MAKE) $(C_JOBS) -C libmod_go -f as_module.mk tsan
	$(MAKE) $(C_JOBS) -C libmod_go -f asd.mk plugin-sanitize

.PHONY: kills
kills: setup ## 64 threads call a module while its workers are killed every 50 ms and other calls hang: a table, SECONDS=600
	$(MAKE) $(C_JOBS) -C libmod_go --no-print-directory -s kills

.PHONY: soak
soak: setup ## 64 threads call a module that is replaced every 100 ms, unfenced and fenced: SECONDS=10
	$(MAKE) $(C_JOBS) -C libmod_go -f as_module.mk soak

.PHONY: fuzz
fuzz: $(VENV)/.dev ## Fuzz every parser, in C, Go and Python: SECONDS=3 each
	$(MAKE) $(C_JOBS) -C libmod_go -f fuzz.mk fuzz SECONDS=$(SECONDS)
	cd udf && for target in 'FuzzRead$$' FuzzReadAs; do \
	  go test ./internal/value -run '^$$' -fuzz "$$target" -fuzztime $(SECONDS)s || exit 1; done
	MODGO_EXAMPLES=$$((60 * $(SECONDS))) $(PYTEST) tests/fuzz tests/server/test_invalid_messages.py tests/server/test_memory.py \
	  -k "readers or random or day"
	MODGO_INPUTS=$(INPUTS) MODGO_SEED=$(SEED) $(PYTEST) tests/hostile/test_inputs.py

.PHONY: test-asd
test-asd: $(VENV)/.asd ## The server plugin, in a host program and in the server that MODGO_ASD names (libssl-dev, liblzma-dev)
	$(MAKE) $(C_JOBS) -C libmod_go -f asd.mk plugin-test RELEASE=1

.PHONY: truth
truth: $(VENV)/.dev ## The editor's diagnostics against a fresh lint, after each of many random edits: EDITS=20000
	MODGO_EDITS=$(EDITS) $(PYTEST) tests/server/test_truth.py

.PHONY: agreement
agreement: $(VENV)/.bench ## Lint's verdicts against go/types, on generated UDF modules (AGREEMENT=… for options)
	$(BIN)/python -m tests.agreement $(AGREEMENT)

.PHONY: agreement-real
agreement-real: $(VENV)/.bench ## The same on real Go modules, which it downloads (AGREEMENT="MODULE@VERSION …" for others)
	$(BIN)/python -m tests.agreement.real $(AGREEMENT)

.PHONY: mutants
mutants: SEED = $(shell date +%Y%m%d)
mutants: $(VENV)/.mutants libmod_go.so ## Change the code in small ways and list the changes that no test notices (SAMPLE=300 SEED=… FOLDER=udf/bind RESUME=1; libssl-dev, liblzma-dev)
	$(BIN)/python -m tests.mutants --sample $(SAMPLE) --seed $(SEED) --folder "$(FOLDER)" --jobs $(JOBS) $(if $(RESUME),--resume)

.PHONY: lint
lint: $(VENV)/.dev ## Every formatter, linter and type checker (libssl-dev, liblzma-dev)
	$(BIN)/ruff check . && $(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	cd scripts/tools/staticcheck && GOWORK=off go build -mod=readonly -o $(CURDIR)/target/tools/ tool
	test -z "$$(gofmt -l $(GO_FOLDERS) | tee /dev/stderr)"
	cd udf && go vet ./... && $(CURDIR)/target/tools/staticcheck ./...
	$(MAKE) -C libmod_go format-check
	$(MAKE) -C libmod_go tidy tidy-sdk
	$(MAKE) -C libmod_go -f as_module.mk tidy
	$(MAKE) -C libmod_go -f asd.mk plugin-tidy
	$(MAKE) -C libmod_go -f fuzz.mk format-check
	$(MAKE) -C libmod_go -f as_module.mk format-check
	cd vscode-extension && ./with-node sh -ec 'npm ci --no-audit --no-fund && npm run lint'
	$(BIN)/python scripts/style_words.py

##@ Native library (output in target/{arch}/{lib,bin})

.PHONY: libmod_go.a libmod_go.so
libmod_go.a libmod_go.so: setup ## The loader as a static or a dynamic library
	$(MAKE) $(C_JOBS) -C libmod_go $@

##@ Releases

# The machines that servers run on, in zig's names and in Go's.
PLUGIN_TRIPLES := x86_64-linux-gnu:amd64 aarch64-linux-gnu:arm64

.PHONY: wheel
wheel: $(VENV)/.asd ## dist/modgo_lsp-….whl with the server plugin for both machines (libssl-dev, liblzma-dev)
	rm -rf target/plugin
	for machine in $(PLUGIN_TRIPLES); do \
	  triple=$${machine%%:*}; to=target/plugin/linux-$${machine##*:}; \
	  $(MAKE) $(C_JOBS) -C libmod_go -f asd.mk release TRIPLE=$$triple && mkdir -p $$to && \
	  cp -R target/Linux-$${triple%%-*}/release/lib target/Linux-$${triple%%-*}/release/bin $$to || exit 1; done
	MODGO_SERVER_PLUGIN=$(CURDIR)/target/plugin $(BIN)/pip wheel --quiet --disable-pip-version-check --no-index --no-deps --no-build-isolation -w dist .

# Archives and SBOMs have the commit's time, so that the same commit gives the same bytes.
dist test-dist: export SOURCE_DATE_EPOCH = $(shell git log -1 --format=%ct)

.PHONY: dist
dist: $(VENV)/.dist ## Build a release in dist/: wheel, sdist, a .vsix for each platform, the SDK's module zip, an SBOM of each package, SHA256SUMS
	rm -rf dist
	$(MAKE) wheel
	$(BIN)/python -m hatchling build -t sdist -d dist
	cd vscode-extension && ./with-node npm ci --no-audit --no-fund
	$(BIN)/python scripts/vsix.py dist
	$(BIN)/python scripts/sdk_zip.py dist
	$(BIN)/python scripts/sbom.py dist target/plugin
	cd dist && sha256sum * >SHA256SUMS

.PHONY: test-dist
test-dist: dist ## make dist, then check the packages, install them offline, and check SBOMs, licences and checksums
	$(PYTEST) tests/dist

##@ Benchmarks

.PHONY: bench
bench: bench-lint bench-cli bench-server bench-abi bench-load ## All benchmarks, each a table and bench/out/NAME.json (bench-lint BENCH="--packages 1000")

# Calls in the server that MODGO_ASD names, by the official Go client, beside Lua.
bench-asd: $(VENV)/.asd

.PHONY: bench-workbench
bench-workbench: $(VENV)/.bench ## VS Code: window to first diagnostic, lens to result, 100 cases, activation, sizes
	tests/workbench/run --figures "first module" "beside gopls" testing install

bench-%: $(VENV)/.bench libmod_go.so
	$(BIN)/python -m bench.$* $(BENCH)

##@ Housekeeping

.PHONY: docs
docs: $(VENV)/.dev ## Generate the reference pages
	$(BIN)/python docs/generate.py

# With --quiet, mkdocs counts no warnings, and --strict has no effect.
.PHONY: site
site: $(VENV)/.docs ## Build docs/ as a website in target/site; dead links and other warnings are errors
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

.PHONY: lock
lock: $(VENV)/.lock ## Pin the dependencies of pyproject.toml in requirements/ (UPGRADE=1: the newest versions)
	$(BIN)/python scripts/lock.py $(if $(UPGRADE),--upgrade)

.PHONY: notices
notices: $(VENV)/.dev ## Write the licences of dependencies to THIRD_PARTY_NOTICES; run it after make lock
	cd vscode-extension && ./with-node npm ci --no-audit --no-fund
	$(BIN)/python scripts/notices.py

.PHONY: clean
clean: ## Remove everything that make has created
	rm -rf $(VENV) target bench/out artifacts dist vscode-extension/{node_modules,dist,bundled} vscode-extension/*.vsix
	find . -name __pycache__ -prune -exec rm -rf {} +

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10) and "modgo needs Python 3.10 or newer: make PYTHON=python3.12 …")'
	$(PYTHON) -m venv $(VENV)

# What a user gets. Wheels bring Go and a C compiler if the machine has none. The locked hatchling builds modgo: pip would
# fetch another.
$(VENV)/.user: pyproject.toml $(call locks,runtime build toolchain) | $(VENV)/bin/python
	$(call install_locked,runtime build)
	$(BIN)/pip install --quiet --disable-pip-version-check --no-index --no-deps --no-build-isolation --editable .
	@{ command -v go && command -v cc; } >/dev/null || $(call install_locked,toolchain)
	@command -v go >/dev/null || ln -sf "$$($(BIN)/python -c 'import go; print(go.__path__[0])')/bin/go" $(BIN)/go
	@command -v gofmt >/dev/null || ln -sf "$$($(BIN)/python -c 'import go; print(go.__path__[0])')/bin/gofmt" $(BIN)/gofmt
	@command -v cc >/dev/null || { printf '#!/bin/sh\nexec "%s" -m ziglang cc "$$@"\n' $(BIN)/python >$(BIN)/cc && chmod +x $(BIN)/cc; }
	@touch $@

# What the tests need as well.
$(VENV)/.dev: $(VENV)/.user $(call locks,dev)
	$(call install_locked,dev)
	@touch $@

# zig builds the plugin for old C libraries; the official client talks to a real server.
$(VENV)/.asd: $(VENV)/.dev $(call locks,deploy toolchain)
	$(call install_locked,deploy toolchain)
	@touch $@

# bench: the newest Go, for gopls. editors: editors that Debian lacks or has too old, and a terminal to drive them. services:
# pre-commit. dist: writes and validates SBOMs. docs: mkdocs. lock: uv. mutants: mutmut, coverage.
$(VENV)/.bench: $(VENV)/.dev
$(VENV)/.editors: $(VENV)/.bench
$(VENV)/.services $(VENV)/.dist $(VENV)/.mutants: $(VENV)/.dev
$(VENV)/.docs $(VENV)/.lock: | $(VENV)/bin/python
$(VENV)/.bench $(VENV)/.editors $(VENV)/.services $(VENV)/.dist $(VENV)/.docs $(VENV)/.lock $(VENV)/.mutants: $(VENV)/.%: requirements/%.txt
	$(call install_locked,$*)
	@touch $@
