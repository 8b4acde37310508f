/* syscall_lists.h - the numbers of system calls, and of what they are asked for, that the filter is made of. */
#ifndef MOD_GO_WORKER_FILTER_CALLS_H
#define MOD_GO_WORKER_FILTER_CALLS_H

#include <stddef.h>
#include <stdint.h>

typedef struct filter_numbers {
	const uint32_t *values;
	size_t count;
} filter_numbers;

extern const filter_numbers
	filter_frequent; /* calls that are made all the time, whatever their arguments are */
extern const filter_numbers filter_refused; /* calls that are refused, whatever their arguments are */
extern const filter_numbers
	filter_fcntl_commands; /* that are allowed; F_SETFL by its flags, in syscall_filter.c */
extern const filter_numbers filter_ioctl_requests;
extern const filter_numbers filter_prctl_options;

#endif
