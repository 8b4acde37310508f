# Builds the server plugin, libmod_go_asd.so, its worker, and its tests. See src/asd/.
#
#   make -f asd.mk plugin                  target/{arch}/lib/libmod_go_asd.so, target/{arch}/bin/mod-go-worker
#   make -f asd.mk release                 both for glibc 2.17, with zig: target/{arch}/release/{lib,bin}
#   make -f asd.mk plugin-test             all tests, in a host program that behaves as the server does and, if MODGO_ASD
#                                          names a real server, in that; RELEASE=1: of the release, too
#   make -f asd.mk plugin-sanitize         the C tests alone, under AddressSanitizer and UBSan; TESTED=test_settings.c: some
#   make -f asd.mk plugin-format           clang-format
#   make -f asd.mk plugin-tidy             clang-tidy finds nothing in src/asd
#
# Needs libssl-dev (Aerospike's headers) and liblzma-dev, whose archive is linked in, since old servers may lack the library.
# COMMON and MOD_LUA as in as_module.mk. ZIG is the command of zig. For another machine: make -f asd.mk release
# TRIPLE=aarch64-linux-gnu, with that machine's liblzma.a from Debian's package, or from LZMA_ARCHIVE.

include as_module.mk

ZIG ?= python3 -m ziglang
TRIPLE ?= $(shell uname -m)-linux-gnu
GLIBC := 2.17
MACHINE := $(firstword $(subst -, ,$(TRIPLE)))
ifeq ($(MACHINE),$(shell uname -m))
LZMA_ARCHIVE ?= $(firstword $(wildcard /usr/lib/$(TRIPLE)/liblzma.a /usr/lib64/liblzma.a /usr/lib/liblzma.a))
else
FOREIGN := $(ROOT)/liblzma-$(MACHINE)
LZMA_ARCHIVE ?= $(FOREIGN)/liblzma.a
endif
LZMA_INCLUDE ?= /usr/include

# A second build: the release's.
BUILD :=
PLUGIN_OBJ := $(TARGET)/obj/asd$(BUILD)$(VARIANT)
PLUGIN_OUT := $(TARGET)$(BUILD)
PLUGIN := $(PLUGIN_OUT)/lib/libmod_go_asd.so
PLUGIN_WORKER = $(if $(BUILD),$(PLUGIN_OUT)/bin/mod-go-worker,$(WORKER))

parts = $(patsubst %.c,$(PLUGIN_OBJ)/%.o,$(wildcard $(1)))
PLUGIN_LAYER_1 := $(call parts,$(addsuffix /*.c,$(addprefix src/,common value elf loader fenced)))
PLUGIN_LAYER_2 := $(call parts,src/as_module/*.c)
PLUGIN_OWN := $(call parts,src/asd/*.c)
PLUGIN_WORKER_PARTS := $(call parts,src/worker/*.c) $(call parts,src/check/*.c) $(PLUGIN_LAYER_1)

.PHONY: plugin release plugin-test plugin-c-tests plugin-sanitize plugin-format plugin-tidy
.DEFAULT_GOAL := plugin

plugin: $(PLUGIN) $(PLUGIN_WORKER)

release: $(HEADERS) $(if $(FOREIGN),$(LZMA_ARCHIVE))
	$(MAKE) -f asd.mk plugin BUILD=/release TARGET="$(ROOT)/Linux-$(MACHINE)" \
	  TRIPLE="$(TRIPLE)" LZMA_ARCHIVE="$(LZMA_ARCHIVE)" CC="$(ZIG) cc -target $(TRIPLE).$(GLIBC)" CFLAGS="-O2 -fno-sanitize=undefined" \
	  LDFLAGS="-Wl,--strip-debug"

# The other machine's package, by apt with lists and state of its own, so that this machine's do not change.
DEBIAN_NAME := $(if $(filter aarch64,$(MACHINE)),arm64,$(if $(filter x86_64,$(MACHINE)),amd64,$(MACHINE)))
FOREIGN_APT = apt-get -qq -o APT::Architecture=$(DEBIAN_NAME) -o APT::Architectures::=$(DEBIAN_NAME) -o Dir::State=$(FOREIGN)/state \
	-o Dir::State::status=$(FOREIGN)/status -o Dir::Cache=$(FOREIGN)/cache

ifneq ($(FOREIGN),)
$(FOREIGN)/liblzma.a:
	mkdir -p $(FOREIGN)/state/lists/partial $(FOREIGN)/cache/archives/partial
	touch $(FOREIGN)/status
	cd $(FOREIGN) && $(FOREIGN_APT) update && $(FOREIGN_APT) download liblzma-dev
	cd $(FOREIGN) && dpkg -x liblzma-dev_*.deb package && cp package/usr/lib/$(TRIPLE)/liblzma.a .
endif

# Only liblzma's headers: a cross build must not find the machine's other ones.
LZMA_HEADERS := $(PLUGIN_OBJ)/include
$(LZMA_HEADERS)/lzma.h: $(LZMA_INCLUDE)/lzma.h
	@mkdir -p $(@D)
	cp -R $(LZMA_INCLUDE)/lzma.h $(LZMA_INCLUDE)/lzma $(@D)

PLUGIN_COMPILE = $(COMPILE) -isystem $(LZMA_HEADERS) -iquote src
SERVER_SYMBOLS := -include src/asd/server_symbols.h

$(PLUGIN_OBJ)/src/as_module/%.o $(PLUGIN_OBJ)/src/asd/%.o: PLUGIN_COMPILE += $(SERVER_SYMBOLS)

$(PLUGIN_OBJ)/%.o: %.c $(LZMA_HEADERS)/lzma.h $(HEADERS)
	@mkdir -p $(@D)
	$(PLUGIN_COMPILE) -c -o $@ $<

# Exports nothing, needs only the C library, and binds all symbols when it is loaded.
$(PLUGIN): $(PLUGIN_OWN) $(PLUGIN_LAYER_2) $(PLUGIN_LAYER_1) src/asd/exports.map
	@mkdir -p $(@D)
	@test -n "$(LZMA_ARCHIVE)" || { echo "liblzma.a is not there: install liblzma-dev, or say LZMA_ARCHIVE=..." >&2; exit 1; }
	$(LINK) -shared -Wl,-soname,libmod_go_asd.so -Wl,--version-script=src/asd/exports.map -Wl,-z,defs -Wl,-z,relro -Wl,-z,now \
	  -o $@ $(PLUGIN_OWN) $(PLUGIN_LAYER_2) $(PLUGIN_LAYER_1) $(LZMA_ARCHIVE) -ldl -lpthread

# The Makefile builds the usual build's worker.
ifneq ($(BUILD),)
$(PLUGIN_WORKER): $(PLUGIN_WORKER_PARTS)
	@mkdir -p $(@D)
	$(LINK) -o $@ $^ -ldl -lpthread
endif

-include $(PLUGIN_OWN:.o=.d) $(PLUGIN_LAYER_1:.o=.d) $(PLUGIN_LAYER_2:.o=.d) $(PLUGIN_WORKER_PARTS:.o=.d)

# ---- tests ------------------------------------------------------------------------------------------

# A program that uses mod_lua as the server does, and two in which the plugin must do nothing: one with an unknown version,
# and one without some functions.
HOST_PARTS := $(call objects,$(wildcard test/asd/host/*.c)) $(RECORDS)
HOST := $(PLUGIN_OBJ)/host/asd-host
HOSTS := $(HOST) $(HOST)-unknown $(HOST)-lacking
HOST_LIBRARIES := $(MOD_LUA_LIBRARY) $(LUA_LIBRARY) -Wl,--whole-archive $(COMMON_LIBRARY) -Wl,--no-whole-archive $(LIBRARIES)
LINK_HOST = @mkdir -p $(@D) && echo $(@F) && $(LINK) -rdynamic -o $@ $(filter %.o,$^)

$(HOST): $(HOST_PARTS) $(AEROSPIKE_LIBRARIES)
	$(LINK_HOST) $(HOST_LIBRARIES)

$(HOST)-unknown: $(filter-out %/main.o,$(HOST_PARTS)) $(PLUGIN_OBJ)/host/unknown.o $(AEROSPIKE_LIBRARIES)
	$(LINK_HOST) $(HOST_LIBRARIES)

$(PLUGIN_OBJ)/host/unknown.o: test/asd/host/main.c $(HEADERS)
	@mkdir -p $(@D)
	$(COMPILE) -DBUILD_ID='"9.9.0.0"' -c -o $@ $<

$(HOST)-lacking: $(HOST_PARTS) test/asd/host/lacking.map $(AEROSPIKE_LIBRARIES)
	$(LINK_HOST) -Wl,--version-script=test/asd/host/lacking.map $(HOST_LIBRARIES)

# The modules that are put; of shop two versions, of which one replaces the other.
SHOP := $(PLUGIN_OBJ)/udf
PLUGIN_MODULES := $(SHOP)/1/shop.so $(SHOP)/2/shop.so $(SHOP)/web.so $(SHOP)/doc.so

$(SHOP)/%/src/shop/shop.go: test/asd/go/shop/shop.go test/asd/go/shop/go.mod
	@mkdir -p $(@D)
	sed 's/Version() int { return 1 }/Version() int { return $* }/' $< >$@
	cp test/asd/go/shop/go.mod $(@D)

BUILD_RELEASE = @echo $(MODGO) build --release $(dir $<) && $(MODGO) build --release $(dir $<) -o $(abspath $@) >/dev/null

$(SHOP)/%/shop.so: $(SHOP)/%/src/shop/shop.go $(SDK)
	$(BUILD_RELEASE)

$(SHOP)/%.so: test/asd/go/%/go.mod $$(wildcard test/asd/go/$$*/*.go) $(SDK)
	@mkdir -p $(@D)
	$(BUILD_RELEASE)

# glibc fills memory that nobody has written yet with bytes that no test expects.
export MALLOC_PERTURB_ := 165

# The C tests, under sanitizers. They take the part of server_symbols.c, which finds what a server exports, and of the clock and
# the counters of modules; allocations and system calls fail. TESTED as in the Makefile.
TESTED_ARCHIVE := $(PLUGIN_OBJ)/libtested.a
FAILING_ARCHIVE := $(PLUGIN_OBJ)/failing/libtested.a
PLUGIN_TESTS := $(PLUGIN_OBJ)/plugin_tests
PLUGIN_TEST_PARTS := $(call parts,$(wildcard test/asd/*.c) test/check.c test/failing_calls.c test/failing_allocations.c \
	test/as_module/call.c $(wildcard test/as_module/record/*.c))
REPLACED := as_unpack_val as_pack_val mod_go_now mod_go_deadline_after mod_go_loaded_module_counters mod_go_fenced_memory mod_go_fenced_take_death \
	mod_go_fenced_lacks mod_go_memory_file dl_iterate_phdr open_memstream fclose
PLUGIN_TEST_MODULES := $(patsubst %,$(UDF)/c/%.so,good twin setup_fails hostile)

$(PLUGIN_OBJ)/test/%.o: PLUGIN_COMPILE += -iquote test -iquote test/as_module -iquote test/as_module/record

$(TESTED_ARCHIVE): $(filter-out %/server_symbols.o,$(PLUGIN_OWN))
	@rm -f $@
	$(AR) rcs $@ $^

$(FAILING_ARCHIVE): $(TESTED_ARCHIVE)
	$(COPY_THAT_FAILS)

$(PLUGIN_TESTS): $(PLUGIN_TEST_PARTS) $(FAILING_ARCHIVE) $(FAILING_LIBRARIES) $(COMMON_LIBRARY)
	$(LINK) $(call WRAP,$(WRAPPED_CALLS) $(REPLACED)) -o $@ $^ $(LZMA_ARCHIVE) $(LIBRARIES)

plugin-c-tests: $(PLUGIN_TESTS) $(WORKER) $(PLUGIN_TEST_MODULES)
	MODGO_WORKER=$(WORKER) $(PLUGIN_TESTS) $(UDF) - - $(TESTED)

plugin-sanitize: $(HEADERS) $(COMMON_LIBRARY)
	@$(MAKE) --no-print-directory -f asd.mk plugin-c-tests VARIANT=-sanitize VARIANT_FLAGS="$(SANITIZERS)"

-include $(PLUGIN_TEST_PARTS:.o=.d)

PYTEST ?= python3 -m pytest

# With RELEASE=1 the release is built and tested, too, which needs zig.
ifneq ($(RELEASE),)
plugin-test: release
plugin-test: export MODGO_TEST_RELEASE = $(TARGET)/release
endif

plugin-test: $(PLUGIN) $(PLUGIN_WORKER) $(HOSTS) $(PLUGIN_MODULES) $(UDF)/c/hostile.so plugin-sanitize
	cd .. && MODGO_TEST_ASD=$(abspath $(PLUGIN_OBJ)) MODGO_TEST_PLUGIN=$(abspath $(PLUGIN)) \
	  MODGO_TEST_HOSTILE=$(abspath $(UDF)/c/hostile.so) MODGO_WORKER=$(abspath $(PLUGIN_WORKER)) \
	  $(PYTEST) tests/asd

# ---- style ------------------------------------------------------------------------------------------

plugin-format:
	$(CLANG_FORMAT) -i $(wildcard src/asd/*.[ch] test/asd/*.[ch] test/asd/*/*.[ch])

plugin-tidy: $(LZMA_HEADERS)/lzma.h $(HEADERS)
	@$(MAKE) --no-print-directory tidy TIDY="$(or $(TIDY),$(wildcard src/asd/*.c))" \
	  TIDY_FLAGS="-std=gnu11 $(CPPFLAGS) -isystem $(LZMA_HEADERS) -iquote src $(SERVER_SYMBOLS)"
