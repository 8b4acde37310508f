/* thread_start.h - the host may bind the serving thread to one processor (fenced/placement.h). Threads that are created
 * in a call would inherit that, so this program's pthread_create gives each new thread all processors. */
#ifndef MOD_GO_WORKER_THREAD_START_H
#define MOD_GO_WORKER_THREAD_START_H

/* Records the processors that this process may use, before the first call. */
void thread_start_note_processors(void);

#endif
