/*
 * attacks.h - makes the attacks of attack_list.h. They run in a process of their own that a stand-in for a host has
 * started for that (stand_in.h): in mod-go-worker only after `--attack` on its command line, which no module can
 * choose. They add nothing to what a module may do, which is native code, too.
 */
#ifndef MOD_GO_ATTACKS_H
#define MOD_GO_ATTACKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* What is attacked: things of the stand-in's. */
typedef struct attack_target {
	pid_t host;           /* its process */
	uintptr_t canary;     /* the address of a number in its memory: the attack changes it to ATTACK_NUMBER */
	uintptr_t secret;     /* the address of a text there */
	int segment;          /* System V shared memory that holds such a number */
	int descriptor;       /* of its file */
	int port;             /* where it listens on 127.0.0.1 for TCP and UDP */
	const char *folder;   /* with the file "file", the folder "folder" and the socket "socket" in it */
	const char *socket;   /* the name of its abstract socket */
	const char *terminal; /* the path of its terminal */
} attack_target;

#define ATTACK_NUMBER  0x657363              /* what an attack writes over a number */
#define ATTACK_THROUGH "got through"         /* the answer when only the attacker can see that it worked */
#define ATTACK_BEGINS  "the attack begins: " /* what an attacking worker prints before; its answer follows */
#define ATTACK_SECRET                                                                                        \
	"MODGO_CHECK_SECRET" /* the variable of the stand-in's environment that must stay secret */

/* Makes the attack of that name, and returns what it answers: ATTACK_THROUGH, what it has read, or what the system
 * returned. Valid until the next one. */
const char *attack_run(const char *function, const attack_target *target);

/* The target as words of a command line, and back. The target that is read points to the words. */
enum { ATTACK_WORDS = 9 };
typedef char attack_words[ATTACK_WORDS][160];

void attack_target_write(const attack_target *target, attack_words words);
attack_target attack_target_read(char **words);

/* ---- for attacks_on_processes.c and attacks_on_files.c ------------------------------------------------- */

/* The process makes one attack at a time, in one thread. */

/* Make an attack, and set the answer; false for one that they do not have. */
bool attack_processes(const char *function);
bool attack_files(const char *function);

/* The target of the attack that runs, which is that of attack_run's caller. */
const attack_target *attack_now(void);

/* Set the answer: to a text; for an attack that can see itself whether the system refused it; for one whose success
 * shows in the stand-in. */
bool attack_answer(const char *text);
bool attack_tried(bool done);
bool attack_gave(long long result);

/* A path in the target's folder, in one of two static buffers: valid until the call after the next. */
const char *attack_path(const char *name);

/* Opens a file of the target's process in /proc. Returns the descriptor, which the caller closes, or -1 with errno. */
int attack_open_of_host(const char *name, int flags);

#endif
