# Fuzzes the readers of libmod_go: everything from modules, workers, hosts and files is hostile.
#
#   make -f fuzz.mk fuzz SECONDS=10         each target for that time, from fuzz/corpus; a crash writes TARGET-crash here
#   make -f fuzz.mk fuzz-elf SECONDS=600    one of them
#   make -f fuzz.mk regress                 only the inputs in fuzz/corpus, which include past crashes
#   make -f fuzz.mk format-check            clang-format finds nothing to change
#
# The engine (fuzz/engine.c) is our own: gcc records coverage and comparisons but has no fuzzer, and clang or AFL++ would
# be another 600 MB to install. Targets have libFuzzer's interface: with CC=clang they link with -fsanitize=fuzzer.

CC ?= cc
CLANG_FORMAT ?= clang-format
ARCH ?= $(shell uname -s)-$(shell uname -m)
TARGET ?= ../target/$(ARCH)
OBJ := $(TARGET)/obj/fuzz
SECONDS ?= 10
SEED ?= 20261101

TARGETS := msgpack elf manifest json package host worker crash_output

STRICT := -std=c11 -Wall -Wextra -Wshadow -Werror
CPPFLAGS += -D_GNU_SOURCE -Iinclude
SANITIZERS := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
COVERAGE := -fsanitize-coverage=trace-pc,trace-cmp
COMPILE = $(CC) $(CPPFLAGS) $(STRICT) -O1 -g $(SANITIZERS) -MMD -MP -iquote src -iquote test/app -iquote fuzz
LIBRARIES := -ldl -lpthread

objects = $(patsubst %.c,$(OBJ)/%.o,$(1))

LOADER := $(call objects,$(filter-out src/fenced/channel.c,$(wildcard $(addsuffix /*.c,$(addprefix src/,common value elf loader fenced)))))
APP := $(call objects,$(filter-out test/app/main.c,$(wildcard test/app/*.c)))
ENGINE := $(call objects,fuzz/engine.c fuzz/mutate.c fuzz/coverage.c)
# Sending and receiving are replaced by the fuzzer's: see fuzz/fed_channel.h.
CHANNEL := $(OBJ)/renamed/channel.o $(OBJ)/fuzz/fed_channel.o
WORKER := $(patsubst src/worker/%.c,$(OBJ)/renamed/worker/%.o,$(filter-out src/worker/main.c,$(wildcard src/worker/*.c)))
MODULE := $(OBJ)/probe.so
PROGRAMS := $(patsubst %,$(OBJ)/fuzz-%,$(TARGETS))

.PHONY: all fuzz regress format format-check $(patsubst %,fuzz-%,$(TARGETS))
.PRECIOUS: $(OBJ)/%.o $(OBJ)/fuzz/%.o
.DELETE_ON_ERROR:

all: $(PROGRAMS)

$(OBJ)/fuzz/%.o: fuzz/%.c
	@mkdir -p $(@D)
	$(COMPILE) -DFUZZ_MODULE='"$(abspath $(MODULE))"' -c -o $@ $<

$(OBJ)/%.o: %.c
	@mkdir -p $(@D)
	$(COMPILE) $(COVERAGE) -c -o $@ $<

$(OBJ)/renamed/channel.o: src/fenced/channel.c
	@mkdir -p $(@D)
	$(COMPILE) -Dmod_go_channel_send=unused_send -Dmod_go_channel_receive=unused_receive -c -o $@ $<

$(OBJ)/renamed/worker/%.o: src/worker/%.c
	@mkdir -p $(@D)
	$(COMPILE) $(COVERAGE) -D_exit=worker_exit -c -o $@ $<

# Built with the sanitizers, too, so that they check what the module reads.
$(MODULE): fuzz/probe.c
	@mkdir -p $(@D)
	$(COMPILE) -shared -fPIC -fvisibility=hidden -o $@ $<

# The first input of the reader of ELF files: a small module of this machine.
$(OBJ)/seed.so: test/modules/twin.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(STRICT) -O1 -s -shared -fPIC -fvisibility=hidden -o $@ $<

$(OBJ)/fuzz-worker: $(WORKER) $(MODULE)
$(OBJ)/fuzz-elf: $(OBJ)/seed.so
$(OBJ)/fuzz-package: $(call objects,src/asd/package.c)
$(OBJ)/fuzz-%: $(OBJ)/fuzz/target_%.o $(ENGINE) $(LOADER) $(APP) $(CHANNEL)
	$(CC) $(SANITIZERS) -o $@ $(filter %.o,$^) $(LIBRARIES)

# The fuzzed worker returns to its target by longjmp, and so leaks memory.
$(patsubst %,fuzz-%,$(TARGETS)): fuzz-%: $(OBJ)/fuzz-%
	ASAN_OPTIONS=detect_leaks=$(if $(filter worker,$*),0,1) $< -t $(SECONDS) -s $(SEED) \
	  $(if $(filter elf,$*),$(OBJ)/seed.so,fuzz/corpus/$*)

fuzz: $(PROGRAMS)
	@for target in $(TARGETS); do $(MAKE) --no-print-directory -s -f fuzz.mk fuzz-$$target || exit 1; done

regress:
	@$(MAKE) --no-print-directory -f fuzz.mk fuzz SECONDS=0

FORMATTED := $(wildcard fuzz/*.[ch])

format:
	@$(CLANG_FORMAT) -i $(FORMATTED)

format-check:
	@$(CLANG_FORMAT) --dry-run -Werror $(FORMATTED)

-include $(patsubst %.o,%.d,$(LOADER) $(APP) $(ENGINE) $(CHANNEL) $(WORKER)) $(wildcard $(OBJ)/fuzz/*.d)
