/*
 * worker.h - one worker, from its host's side: its start, what it is asked before and beside calls, and its end.
 * Which worker serves which call is pool.h's business.
 */
#ifndef MOD_GO_WORKER_H
#define MOD_GO_WORKER_H

#include <pthread.h>

#include "fenced/process.h"
#include "fenced/crash_output.h"
#include "loader/manifest.h"

/* One version of a pool's module. Workers of it share one private copy of the file. */
typedef struct mod_go_version {
	char *path;
	int descriptor;
	unsigned users; /* this and the next two under the pool's lock */
	int major;
	int minor;
	mod_go_manifest manifest;
} mod_go_version;

mod_go_status mod_go_version_make(const char *path, mod_go_version **version, mod_go_error *error);
void mod_go_version_free(mod_go_version *version);

typedef enum mod_go_worker_state {
	MOD_GO_WORKER_STARTING,
	MOD_GO_WORKER_IDLE,
	MOD_GO_WORKER_BUSY,
	MOD_GO_WORKER_DYING /* the keeper's: it ends the process and frees the worker */
} mod_go_worker_state;

typedef struct mod_go_worker {
	struct mod_go_worker *next;  /* of all workers of the pool */
	struct mod_go_worker *below; /* of the idle ones */
	mod_go_worker_state state;   /* these four under the pool's lock */
	bool served;                 /* a call, so that its end is not one of a start that went wrong */
	mod_go_version *version;
	int major; /* what the module said when it was loaded */
	int minor;
	mod_go_process process;
	mod_go_shared *shared;
	mod_go_channel channel;
	atomic_bool gone;      /* the keeper saw it end while someone else had it */
	int lifeline;          /* -1 once it is known to be gone */
	atomic_int output;     /* -1 once the worker has closed it */
	int copy_to;           /* what it prints, too; 0 where nowhere */
	mod_go_buffer message; /* the last one */
	mod_go_buffer logs;
	pthread_mutex_t output_lock;
	mod_go_crash_output crash_output;
} mod_go_worker;

/* A worker whose process runs and has done nothing yet. The version stays the caller's. */
mod_go_status mod_go_worker_start(const char *program, uint64_t memory, int copy_to, mod_go_version *version,
                                  mod_go_worker **worker, mod_go_error *error);

/* Load the module; set it up; ask for a property (from malloc, NULL where there is none to be had). All by `until`. */
mod_go_status mod_go_worker_open(mod_go_worker *worker, uint64_t until, mod_go_error *error);
mod_go_status mod_go_worker_setup(mod_go_worker *worker, uint64_t until, mod_go_error *error);
char *mod_go_worker_property(mod_go_worker *worker, const char *name, uint64_t until);

/* Takes what it printed. */
void mod_go_worker_drain(mod_go_worker *worker);

/* What it printed last, or Go's reason where there is one; "" for nothing. */
void mod_go_worker_crash_reason(mod_go_worker *worker, char *text, size_t capacity);

/* How it ended and why, as the rest of a sentence about it: "its worker ended with exit code 2: panic: ...". Waits
 * for its end, and brings that about. */
void mod_go_worker_explain(mod_go_worker *worker, mod_go_arrival arrival, char *text, size_t capacity);

/* What mod_go_fenced_last_outcome tells of this thread: nothing yet; how the worker ended. In apply_fenced.c. */
void mod_go_outcome_begin(void);
void mod_go_outcome_note(const mod_go_worker *worker, mod_go_arrival arrival);

/* Frees a worker whose process has ended. */
void mod_go_worker_free(mod_go_worker *worker);

#endif
