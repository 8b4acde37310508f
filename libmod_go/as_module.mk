# Builds layer 2, `as_module mod_go`, and its tests with Aerospike's own headers and libraries, which are downloaded and not
# part of this project. The Makefile builds the library itself (layer 1).
#
#   make -f as_module.mk aerospike-sources          fetches and builds Aerospike's common, Lua and mod-lua
#   make -f as_module.mk libmod_go_as_module.a      target/{arch}/lib/libmod_go_as_module.a
#   make -f as_module.mk test                       all tests, beside mod-lua in the same process; TESTED=test_calls.c: some
#   make -f as_module.mk sanitize                   the same under AddressSanitizer and UBSan (Aerospike's part is not)
#   make -f as_module.mk tsan                       the replacement of modules under calls, under ThreadSanitizer
#   make -f as_module.mk soak SECONDS=10            64 threads, a module replaced every 100 ms, unfenced and fenced
#   make -f as_module.mk msgpack-peer               the program by which tests/native uses the real as_msgpack
#   make -f as_module.mk go-and-lua                 the program by which tests/native compares functions in Go and in Lua
#   make -f as_module.mk bench                      target/{arch}/bin/bench-as_module and bench-allocations, and their modules
#   make -f as_module.mk bench-load                 target/{arch}/bin/bench-load, and its modules
#   make -f as_module.mk format-check               clang-format finds nothing to change
#   make -f as_module.mk tidy                       clang-tidy finds nothing in layer 2; TIDY=src/as_module/apply.c: in some files
#
# COMMON=<aerospike-common> uses another copy of Aerospike's common; LUAMOD and MOD_LUA likewise for the tests.
# Needs libssl-dev (Aerospike's headers), and a Python with pip for aerospike-sources.

CC ?= cc
AR ?= ar
MODGO ?= modgo
PIP ?= python3 -m pip
CLANG_FORMAT ?= clang-format
ARCH ?= $(shell uname -s)-$(shell uname -m)
ROOT := $(abspath ../target)
TARGET ?= $(ROOT)/$(ARCH)

AEROSPIKE_VERSION := 19.3.0
AEROSPIKE := $(ROOT)/aerospike
AEROSPIKE_MODULES := $(AEROSPIKE)/aerospike-$(AEROSPIKE_VERSION)/aerospike-client-c/modules
COMMON ?= $(AEROSPIKE_MODULES)/common
LUAMOD ?= $(AEROSPIKE_MODULES)/lua
MOD_LUA ?= $(AEROSPIKE_MODULES)/mod-lua

# glibc fills memory that nobody has written yet with bytes that no test expects.
export MALLOC_PERTURB_ := 165

VARIANT :=
VARIANT_FLAGS :=

LIB := $(TARGET)/lib
BIN := $(TARGET)/bin
OBJ := $(TARGET)/obj/as_module$(VARIANT)
LOADER := $(LIB)/libmod_go.a
WORKER := $(BIN)/mod-go-worker
ifneq ($(VARIANT),)
LIB := $(OBJ)/lib
BIN := $(OBJ)/bin
LOADER := $(TARGET)/obj/libmod_go$(VARIANT)/lib/libmod_go.a
WORKER := $(TARGET)/obj/libmod_go$(VARIANT)/bin/mod-go-worker
endif

# The output of Aerospike's makefiles, which name the machine as uname does.
PLATFORM := $(shell uname -s)-$(shell uname -m)
COMMON_LIBRARY := $(COMMON)/target/$(PLATFORM)/lib/libaerospike-common.a
MOD_LUA_LIBRARY := $(MOD_LUA)/target/$(PLATFORM)/lib/libmod_lua.a
LUA_LIBRARY := $(LUAMOD)/liblua.a

CFLAGS ?= -O2 -g
STRICT := -std=gnu11 -Wall -Wextra -Wshadow -Werror
CPPFLAGS += -D_GNU_SOURCE -Iinclude
# -isystem: Aerospike's headers do not compile cleanly with our warnings.
CPPFLAGS += -isystem $(COMMON)/src/include -isystem $(MOD_LUA)/src/include -isystem $(LUAMOD)
COMPILE = $(CC) $(CPPFLAGS) $(STRICT) $(CFLAGS) $(VARIANT_FLAGS) -fPIC -fvisibility=hidden -MMD -MP
LINK = $(CC) $(CFLAGS) $(VARIANT_FLAGS) $(LDFLAGS)
LIBRARIES := -ldl -lpthread -lm -lcrypto -lz

objects = $(patsubst %.c,$(OBJ)/%.o,$(1))

AS_MODULE := $(call objects,$(wildcard src/as_module/*.c))
# Records in memory with Aerospike's hooks, for the tests and the benchmark.
RECORDS := $(call objects,$(wildcard test/as_module/record/*.c))
TESTS := $(call objects,$(wildcard test/as_module/*.c) test/check.c test/failing_allocations.c)
BENCH := $(call objects,$(wildcard bench/as_module/*.c) bench/round_trip.c)
STATIC := $(LIB)/libmod_go_as_module.a
TEST_PROGRAM := $(OBJ)/as_module_tests
BENCH_PROGRAMS := $(BIN)/bench-as_module $(BIN)/bench-allocations
LOAD_PROGRAM := $(BIN)/bench-load

# The tests' UDF modules: in C, in Go and, with the same functions, in Lua.
UDF := $(OBJ)/udf
C_MODULES := $(patsubst test/as_module/modules/%.c,$(UDF)/c/%.so,$(wildcard test/as_module/modules/*.c)) $(patsubst %,$(UDF)/c/%.so,good twin library setup_fails streams script)
GO_MODULES := $(patsubst test/as_module/go/%,$(UDF)/go/%.so,$(wildcard test/as_module/go/*)) $(UDF)/go/floor.so
LUA_MODULES := $(patsubst test/as_module/lua/%.lua,$(UDF)/lua/%.lua,$(wildcard test/as_module/lua/*.lua))

.PHONY: all aerospike-sources libmod_go_as_module.a bench bench-load test sanitize tsan test-program soak msgpack-peer peer go-and-lua format format-check tidy clean loader
.DELETE_ON_ERROR:

all: libmod_go_as_module.a

libmod_go_as_module.a: $(STATIC)

# ---- Aerospike's sources ----------------------------------------------------------------------------

SDIST := $(AEROSPIKE)/aerospike-$(AEROSPIKE_VERSION).tar.gz
UNPACKED := $(AEROSPIKE)/unpacked-$(AEROSPIKE_VERSION)
BUILT := $(AEROSPIKE)/built-$(AEROSPIKE_VERSION)

aerospike-sources: $(BUILT)

$(SDIST):
	@mkdir -p $(@D)
	$(PIP) download --quiet --no-deps --no-binary aerospike --dest $(@D) aerospike==$(AEROSPIKE_VERSION)

$(UNPACKED): $(SDIST)
	tar -xzf $< -C $(@D) --wildcards '*/aerospike-client-c/modules/*'
	@touch $@

$(BUILT): $(UNPACKED)
	$(MAKE) -C $(AEROSPIKE_MODULES)/mod-lua COMMON=$(AEROSPIKE_MODULES)/common LUAMOD=$(AEROSPIKE_MODULES)/lua build \
		> $(AEROSPIKE)/build.log 2>&1 || { tail -20 $(AEROSPIKE)/build.log >&2; exit 1; }
	@touch $@

# The downloaded copies are built first; users build their own.
ifeq ($(COMMON),$(AEROSPIKE_MODULES)/common)
HEADERS := $(UNPACKED)
endif
ifeq ($(MOD_LUA),$(AEROSPIKE_MODULES)/mod-lua)
$(COMMON_LIBRARY) $(MOD_LUA_LIBRARY) $(LUA_LIBRARY): $(BUILT)
endif
AEROSPIKE_LIBRARIES := $(MOD_LUA_LIBRARY) $(LUA_LIBRARY) $(COMMON_LIBRARY)

# ---- the library ------------------------------------------------------------------------------------

$(STATIC): $(AS_MODULE)
	@mkdir -p $(@D)
	@rm -f $@
	$(AR) rcs $@ $^

# Layer 1: its own Makefile knows when it must be built again.
loader:
	@$(MAKE) --no-print-directory libmod_go.a mod-go-worker VARIANT="$(VARIANT)" VARIANT_FLAGS="$(VARIANT_FLAGS)"

$(LOADER) $(WORKER): loader ;

$(OBJ)/%.o: %.c $(HEADERS)
	@mkdir -p $(@D)
	$(COMPILE) -iquote src -iquote test -iquote test/as_module/record -iquote bench -c -o $@ $<

# ---- tests ------------------------------------------------------------------------------------------

include test/failing.mk

FAILING_LIBRARIES := $(patsubst %,$(OBJ)/failing/%,$(notdir $(STATIC) $(LOADER)))

$(OBJ)/failing/$(notdir $(STATIC)): $(STATIC)
$(OBJ)/failing/$(notdir $(LOADER)): $(LOADER)
$(FAILING_LIBRARIES):
	$(COPY_THAT_FAILS)

$(TEST_PROGRAM): $(TESTS) $(RECORDS) $(FAILING_LIBRARIES) $(AEROSPIKE_LIBRARIES)
	$(LINK) -rdynamic -o $@ $(TESTS) $(RECORDS) $(FAILING_LIBRARIES) $(AEROSPIKE_LIBRARIES) $(LIBRARIES)

MODULE = $(COMPILE) -iquote test/modules -shared -o $@ $< -MF $(@:.so=.d) -MT $@ $(LDFLAGS)

$(UDF)/c/%.so: test/as_module/modules/%.c
	@mkdir -p $(@D)
	$(MODULE)

$(UDF)/c/%.so: test/modules/%.c
	@mkdir -p $(@D)
	$(MODULE)

SDK := $(wildcard ../udf/*.go ../udf/*.[ch] ../udf/internal/*/*.go)
BUILD_GO = @command -v $(firstword $(MODGO)) >/dev/null || { echo "Go modules are built by modgo, and \"$(MODGO)\" is not" \
	  "there: run make setup in the repository's root, or say make MODGO=..." >&2; exit 1; }; \
	mkdir -p $(@D) && echo $(MODGO) build $(dir $<) && $(MODGO) build $(dir $<) -o $(abspath $@)

.SECONDEXPANSION:
$(UDF)/go/floor.so: bench/floor/go.mod $$(wildcard bench/floor/*.go) $(SDK)
	$(BUILD_GO)

$(UDF)/go/%.so: test/as_module/go/%/go.mod $$(wildcard test/as_module/go/$$*/*.go) $(SDK)
	$(BUILD_GO)

$(UDF)/lua/%.lua: test/as_module/lua/%.lua
	@mkdir -p $(@D)
	cp $< $@

test: $(TEST_PROGRAM) $(WORKER) $(C_MODULES) $(GO_MODULES) $(LUA_MODULES)
	MODGO_WORKER=$(WORKER) $(TEST_PROGRAM) $(UDF) - - $(TESTED)

SECONDS ?= 10

# 64 threads call a module that is replaced every 100 ms, unfenced and fenced.
soak: $(TEST_PROGRAM) $(WORKER) $(C_MODULES)
	MODGO_LOAD_SECONDS=$(SECONDS) MODGO_WORKER=$(WORKER) $(TEST_PROGRAM) $(UDF) - - replaced_under_load versions_that_cannot
	$(MAKE) soak SECONDS=$(SECONDS)

# No sanitizer here sees the use of a variable that has no value yet. Where the compiler can (GCC 12, Clang), such variables hold
# bytes that no test expects.
FILLED := -ftrivial-auto-var-init=pattern
SANITIZERS = -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer -O1 \
	$(shell $(CC) $(FILLED) -E -x c /dev/null >/dev/null 2>&1 && echo $(FILLED))

sanitize:
	$(MAKE) -f as_module.mk test VARIANT=-sanitize VARIANT_FLAGS="$(SANITIZERS)"

test-program: $(TEST_PROGRAM)

# Modules in C alone: ThreadSanitizer does not understand Go's runtime.
tsan: $(C_MODULES)
	$(MAKE) -f as_module.mk test-program VARIANT=-tsan VARIANT_FLAGS="-fsanitize=thread -O1"
	TSAN_OPTIONS=halt_on_error=1:exitcode=98 $(TARGET)/obj/as_module-tsan/as_module_tests $(UDF) - - test_modules

# ---- the real as_msgpack -----------------------------------------------------------------------------

PEER := $(call objects,$(wildcard test/as_module/peer/*.c))
PEER_PROGRAM := $(OBJ)/msgpack-peer

msgpack-peer:
	@$(MAKE) --no-print-directory -f as_module.mk peer VARIANT=-sanitize VARIANT_FLAGS="$(SANITIZERS)"

peer: $(PEER_PROGRAM)

$(PEER_PROGRAM): $(PEER) $(STATIC) $(LOADER) $(AEROSPIKE_LIBRARIES)
	$(LINK) -o $@ $(PEER) $(STATIC) $(LOADER) $(AEROSPIKE_LIBRARIES) $(LIBRARIES)

# ---- functions in Go and in Lua ----------------------------------------------------------------------

GO_AND_LUA := $(call objects,$(wildcard test/as_module/go_and_lua/*.c) test/as_module/peer/describe.c)
GO_AND_LUA_PROGRAM := $(OBJ)/go-and-lua

go-and-lua: $(GO_AND_LUA_PROGRAM) $(WORKER)

$(GO_AND_LUA_PROGRAM): $(GO_AND_LUA) $(RECORDS) $(STATIC) $(LOADER) $(AEROSPIKE_LIBRARIES)
	$(LINK) -rdynamic -o $@ $(GO_AND_LUA) $(RECORDS) $(STATIC) $(LOADER) $(AEROSPIKE_LIBRARIES) $(LIBRARIES)

# ---- benchmark --------------------------------------------------------------------------------------

$(BENCH_PROGRAMS): $(BIN)/bench-%: $(OBJ)/bench/as_module/%.o $(call objects,$(addprefix bench/,as_module/calls.c as_module/host_part.c round_trip.c)) \
		$(RECORDS) $(STATIC) $(LOADER) $(AEROSPIKE_LIBRARIES)
	@mkdir -p $(@D)
	$(LINK) -rdynamic -o $@ $^ $(LIBRARIES)

# The functions of bench/floor with each kind of dispatch, and another copy to be loaded fenced.
$(UDF)/bench/floor_%.so: bench/floor/go.mod $(wildcard bench/floor/*.go) $(SDK)
	$(BUILD_GO) --dispatch $*

$(UDF)/bench/floor.so $(UDF)/bench/floor_fenced.so: $(UDF)/go/floor.so
	@mkdir -p $(@D)
	cp $< $@

$(UDF)/bench/%: bench/%
	@mkdir -p $(@D)
	cp $< $@

bench: $(BENCH_PROGRAMS) $(WORKER) $(patsubst %,$(UDF)/bench/floor%.so,_registry _exported _reflect _fenced) \
		$(UDF)/bench/floor.so $(UDF)/bench/as_module.lua
	@echo "$(BENCH_PROGRAMS) $(UDF)/bench $(WORKER)"

$(LOAD_PROGRAM): $(call objects,$(addprefix bench/as_module/,load.c cpu_time.c calls.c)) $(RECORDS) $(STATIC) $(LOADER) $(AEROSPIKE_LIBRARIES)
	@mkdir -p $(@D)
	$(LINK) -rdynamic -o $@ $^ $(LIBRARIES)

$(UDF)/load/load.so: bench/load/go.mod $(wildcard bench/load/*.go) $(SDK)
	$(BUILD_GO)

$(UDF)/load/load_fenced.so: $(UDF)/load/load.so
	cp $< $@

$(UDF)/load/%.lua: bench/load/%.lua
	@mkdir -p $(@D)
	cp $< $@

bench-load: $(LOAD_PROGRAM) $(WORKER) $(patsubst %,$(UDF)/load/%,load.so load_fenced.so load_lua.lua)
	@echo "$(LOAD_PROGRAM) $(UDF)/load $(WORKER)"

# ---- style ------------------------------------------------------------------------------------------

FORMATTED := include/mod_go_as_module.h $(wildcard src/as_module/*.[ch] test/as_module/*.[ch] test/as_module/*/*.[ch]) \
	$(wildcard bench/as_module/*.[ch])

format:
	@$(CLANG_FORMAT) -i $(FORMATTED)

format-check:
	@$(CLANG_FORMAT) --dry-run -Werror $(FORMATTED)

tidy: $(HEADERS)
	@$(MAKE) --no-print-directory tidy TIDY="$(or $(TIDY),$(wildcard src/as_module/*.c))" TIDY_FLAGS="-std=gnu11 $(CPPFLAGS) -iquote src"

clean:
	rm -rf $(TARGET)/obj/as_module $(TARGET)/obj/as_module-sanitize $(TARGET)/obj/as_module-tsan
	rm -f $(STATIC) $(BENCH_PROGRAMS) $(LOAD_PROGRAM)

-include $(AS_MODULE:.o=.d) $(RECORDS:.o=.d) $(TESTS:.o=.d) $(PEER:.o=.d) $(GO_AND_LUA:.o=.d) $(BENCH:.o=.d) $(C_MODULES:.so=.d)
