/* process.h - starts, ends and collects a worker's process. What is said to it is worker.h's business. */
#ifndef MOD_GO_PROCESS_H
#define MOD_GO_PROCESS_H

#include <pthread.h>
#include <stdbool.h>
#include <sys/types.h>

#include "fenced/wire.h"
#include "fenced/public_fenced.h"

typedef struct mod_go_process {
	/* Guards the last two: who ends it need not be who collects it, and its number may be another's by then. */
	pthread_mutex_t lock;
	pid_t id;       /* 0 where there is none */
	int descriptor; /* of the process, -1 where the kernel has no such thing */
	bool ended;     /* and is collected */
	int status;     /* as waitpid gives it, once ended; -1 where someone else in this process took it */
} mod_go_process;

/* Starts `program` with the two words after its name. `descriptors` become those of wire.h, `output` its standard
 * output and error; its standard input is empty, its environment that of worker_environment.h. */
mod_go_status mod_go_process_start(mod_go_process *process, const char *program, const char *memory,
                                   const char *path, const int descriptors[3], int output,
                                   mod_go_error *error);

/* Ends it at once, if it has not. */
void mod_go_process_kill(mod_go_process *process);

/* Whether it has ended, having waited that long at most. Collects it then. */
bool mod_go_process_ended(mod_go_process *process, int milliseconds);

/* Lets go of a process that has ended. */
void mod_go_process_close(mod_go_process *process);

/* Finds the program mod-go-worker: `wanted` or, where that is NULL, $MODGO_WORKER, then beside this library, in bin
 * beside the library's folder, in $PATH. Writes the path, ending in NUL. */
mod_go_status mod_go_find_worker(const char *wanted, char *path, size_t capacity, mod_go_error *error);

#endif
