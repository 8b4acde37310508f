/* round_trip.c - see round_trip.h. */
#include "round_trip.h"

#include <linux/futex.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PAUSES = 2000 };

/* Twice the number of turns; the lowest bit means that the waiting side sleeps. */
typedef struct turns {
	_Alignas(128) _Atomic uint32_t there;
	_Alignas(128) _Atomic uint32_t back;
} turns;

struct round_trip {
	turns *shared;
	uint32_t turn;
	pid_t child;
};

static void wait_for(_Atomic uint32_t *word, uint32_t turn)
{
	uint32_t seen = atomic_load_explicit(word, memory_order_acquire);

	for (int i = 0; i < PAUSES && seen >> 1 != turn; i++) {
#if defined(__x86_64__)
		__builtin_ia32_pause();
#endif
		seen = atomic_load_explicit(word, memory_order_acquire);
	}
	while (seen >> 1 != turn) {
		if (atomic_compare_exchange_strong(word, &seen, seen | 1))
			syscall(SYS_futex, word, FUTEX_WAIT, seen | 1, NULL, NULL, 0);
		seen = atomic_load_explicit(word, memory_order_acquire);
	}
}

static void give_turn(_Atomic uint32_t *word, uint32_t turn)
{
	if ((atomic_exchange(word, turn << 1) & 1) != 0)
		syscall(SYS_futex, word, FUTEX_WAKE, 1, NULL, NULL, 0);
}

round_trip *round_trip_start(void)
{
	static round_trip trip;

	trip.turn = 0;
	trip.shared = mmap(NULL, sizeof(*trip.shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (trip.shared == MAP_FAILED || (trip.child = fork()) < 0) {
		perror("round_trip");
		exit(2);
	}
	if (trip.child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (uint32_t i = 1;; i++) {
			wait_for(&trip.shared->there, i);
			give_turn(&trip.shared->back, i);
		}
	}
	return &trip;
}

void round_trip_make(round_trip *trip)
{
	give_turn(&trip->shared->there, ++trip->turn);
	wait_for(&trip->shared->back, trip->turn);
}

void round_trip_end(round_trip *trip)
{
	kill(trip->child, SIGKILL);
	waitpid(trip->child, NULL, 0);
	munmap(trip->shared, sizeof(*trip->shared));
}
