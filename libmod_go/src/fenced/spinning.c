/*
 * spinning.c - when spinning pays.
 *
 * A thread that spins needs a processor that nobody else needs. Nothing says whether there is one, but there is
 * evidence: no more threads than half the processors have called of late (a server has more), and spinning has not
 * been in vain. A side that spun and slept nevertheless had an idle other side, or one that got no processor. After
 * a few such calls in a row none spins for 64 calls, and for twice as many each time that this happens again, so
 * that a caller who comes now and then pays little for trying, and one who calls in a loop is served well soon after
 * slow first calls. docs/decisions/0010-hand-over.md has the figures.
 */
#include "fenced/spinning.h"

/* How many calls count the threads that call. */
#define PERIOD 256

/* How many calls may spin in vain, and how many do not spin then. */
#define IN_VAIN    4
#define PAUSE      64u
#define PAUSE_MOST 65536u

static void count_caller(mod_go_spinning *spinning)
{
	static _Thread_local uint32_t counted; /* the last period in which this thread was counted */
	static _Atomic uint32_t periods;

	if (spinning->left == 0) {
		spinning->period = ++periods;
		spinning->left = PERIOD;
		spinning->callers[1] = spinning->callers[0];
		spinning->callers[0] = 0;
	}
	spinning->left--;
	if (counted != spinning->period)
		spinning->callers[0]++;
	counted = spinning->period;
}

bool mod_go_spinning_pays(mod_go_spinning *spinning, unsigned processors, unsigned busy)
{
	unsigned callers;

	count_caller(spinning);
	if (spinning->paused > 0) {
		spinning->paused--;
		return false;
	}
	callers = spinning->callers[0] > spinning->callers[1] ? spinning->callers[0] : spinning->callers[1];
	return processors > 1 && 2 * busy <= processors && 2 * callers <= processors;
}

void mod_go_spinning_note(mod_go_spinning *spinning, bool slept)
{
	if (!slept) {
		spinning->in_vain = 0;
		spinning->pause /= 2;
	} else if (++spinning->in_vain == IN_VAIN) {
		spinning->in_vain = 0;
		spinning->paused = spinning->pause > PAUSE ? spinning->pause : PAUSE;
		spinning->pause = spinning->paused < PAUSE_MOST ? 2 * spinning->paused : PAUSE_MOST;
	}
}
