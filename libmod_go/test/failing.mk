# For the makefiles whose tests let allocations and system calls fail: a copy of a library that calls the functions of failing_allocations.c.
# Only the tests need objcopy, for the machine that they are compiled for.

comma := ,
OBJCOPY ?= objcopy
ALLOCATIONS := malloc calloc realloc aligned_alloc strdup strndup
COPY_THAT_FAILS = @mkdir -p $(@D) && $(OBJCOPY) $(foreach name,$(ALLOCATIONS),--redefine-sym $(name)=failing_$(name)) $< $@

# failing_calls.c lets these system functions fail.
WRAPPED_CALLS := access dladdr dladdr1 dlopen eventfd fcntl fgets fopen fstat ftruncate getrlimit mkdtemp mmap mprotect open opendir pipe2 \
	poll posix_spawn prctl pread pthread_create pthread_key_create pthread_mutex_init read sched_getaffinity sched_setaffinity \
	setgroups setresgid setresuid setrlimit sigaction socketpair stat syscall write
WRAP = $(addprefix -Wl$(comma)--wrap=,$(1))
