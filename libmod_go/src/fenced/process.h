/* process.h - starts, kills and collects a worker's process, and finds its program. */
#ifndef MOD_GO_PROCESS_H
#define MOD_GO_PROCESS_H

#include <pthread.h>
#include <stdbool.h>
#include <sys/types.h>

#include "common/public.h"
#include "fenced/wire.h"

typedef struct mod_go_process {
	pthread_mutex_t lock; /* guards the last two: one thread may kill it while another collects it */
	pid_t id;             /* 0 where there is none */
	int descriptor;       /* a pidfd, -1 where the kernel has none */
	bool ended;           /* and was collected: the id may be another process's */
	int status;           /* from waitpid, once ended; -1 where another part of this program collected it */
} mod_go_process;

/* The most arguments of a worker. */
enum { MOD_GO_PROCESS_ARGUMENTS = 64 };

/* Starts `program` with `arguments`, which end in NULL. `descriptors` become those of wire.h, `output` its standard
 * output and error; it gets an empty standard input and the environment of worker_environment.h for so much memory.
 * `path` is the module's, for the error. All descriptors stay the caller's. The caller closes the process, also where
 * this fails. */
mod_go_status mod_go_process_start(mod_go_process *process, const char *program, const char *const *arguments,
                                   const char *memory, const char *path, const int descriptors[3], int output,
                                   mod_go_error *error);

/* Kills it, if it has not ended. Any thread; takes the lock. */
void mod_go_process_kill(mod_go_process *process);

/* Whether it has ended, after waiting for up to `milliseconds`; collects it then. Any thread; takes the lock. */
bool mod_go_process_ended(mod_go_process *process, int milliseconds);

/* How many threads it has; 0 where it has ended, and where there is no /proc. For the thread that collects it, because
 * its id may be another process's after that. */
unsigned mod_go_process_threads(const mod_go_process *process);

/* Closes the descriptor of a process that has ended. */
void mod_go_process_close(mod_go_process *process);

/* find_worker.c: finds mod-go-worker: `given` or, where that is NULL, $MODGO_WORKER, else beside this library, in
 * bin beside the library's folder, in $PATH. Writes the path with a NUL. Any thread. */
mod_go_status mod_go_find_worker(const char *given, char *path, size_t capacity, mod_go_error *error);

#endif
