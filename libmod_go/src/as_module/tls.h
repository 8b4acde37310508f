/* tls.h - thread-local variables that a call reads: in the room of the program's own, so that reaching them is no call,
 * also from a shared library. They are few and small, as the linker's reserve for such libraries is. */
#ifndef MOD_GO_TLS_H
#define MOD_GO_TLS_H

#define MOD_GO_THREAD_LOCAL __attribute__((tls_model("initial-exec"))) _Thread_local

#endif
