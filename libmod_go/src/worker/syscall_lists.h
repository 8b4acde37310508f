/* syscall_lists.h - the numbers of system calls, and of what they are asked for, that the filter is made of. */
#ifndef MOD_GO_WORKER_FILTER_CALLS_H
#define MOD_GO_WORKER_FILTER_CALLS_H

#include <stddef.h>
#include <stdint.h>

typedef struct syscall_numbers {
	const uint32_t *values;
	size_t count;
} syscall_numbers;

extern const syscall_numbers
	syscalls_frequent; /* calls that are made all the time, whatever their arguments are */
extern const syscall_numbers syscalls_refused; /* calls that are refused, whatever their arguments are */
extern const syscall_numbers
	fcntl_commands_allowed; /* that are allowed; F_SETFL by its flags, in syscall_filter.c */
extern const syscall_numbers ioctl_requests_allowed;
extern const syscall_numbers prctl_options_allowed;

#endif
