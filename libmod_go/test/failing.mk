# For the makefiles whose tests let allocations fail: a copy of a library that calls the functions of failing_allocations.c.
# Only the tests need objcopy, for the machine that they are compiled for.

OBJCOPY ?= objcopy
ALLOCATIONS := malloc calloc realloc aligned_alloc strdup strndup
COPY_THAT_FAILS = @mkdir -p $(@D) && $(OBJCOPY) $(foreach name,$(ALLOCATIONS),--redefine-sym $(name)=failing_$(name)) $< $@
