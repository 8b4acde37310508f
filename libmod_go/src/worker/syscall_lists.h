/* syscall_lists.h - the numbers of system calls, and of their options, that the filter is made of. */
#ifndef MOD_GO_WORKER_SYSCALL_LISTS_H
#define MOD_GO_WORKER_SYSCALL_LISTS_H

#include <stddef.h>
#include <stdint.h>

typedef struct syscall_numbers {
	const uint32_t *values;
	size_t count;
} syscall_numbers;

/* Allowed whatever their arguments are; the last with the grant of the network. */
extern const syscall_numbers syscalls_frequent;
extern const syscall_numbers syscalls_allowed;
extern const syscall_numbers syscalls_of_network;

/* Allowed; syscall_filter.c checks F_SETFL by its flags. */
extern const syscall_numbers fcntl_commands_allowed;
extern const syscall_numbers ioctl_requests_allowed;
extern const syscall_numbers prctl_options_allowed;

#endif
