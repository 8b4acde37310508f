/* deaths.c - the reasons for which workers have ended, until the host takes them. */
#include "fenced/pool.h"

#include <stdio.h>
#include <string.h>

#include "common/error.h"

void mod_go_pool_note_death(mod_go_fenced *pool, const char *reason)
{
	mod_go_deaths *deaths = &pool->deaths;
	size_t last = sizeof(deaths->counts) / sizeof(*deaths->counts) - 1, i = 0;

	pthread_mutex_lock(&pool->lock);
	while (i < last && deaths->counts[i] > 0 &&
	       strncmp(deaths->reasons[i], reason, MOD_GO_DEATH_REASON - 1) != 0)
		i++;
	snprintf(deaths->reasons[i], sizeof(deaths->reasons[i]), "%s", reason);
	deaths->counts[i]++;
	pthread_mutex_unlock(&pool->lock);
}

uint32_t mod_go_fenced_take_death(mod_go_fenced *pool, char *reason, size_t capacity)
{
	mod_go_deaths *deaths = &pool->deaths;
	size_t count = sizeof(deaths->counts) / sizeof(*deaths->counts);
	uint32_t taken;

	pthread_mutex_lock(&pool->lock);
	taken = deaths->counts[0];
	if (taken > 0) {
		snprintf(reason, capacity, "%s", deaths->reasons[0]);
		mod_go_trim_cut_text(reason);
		memmove(deaths->counts, deaths->counts + 1, (count - 1) * sizeof(*deaths->counts));
		memmove(deaths->reasons, deaths->reasons + 1, (count - 1) * sizeof(*deaths->reasons));
		deaths->counts[count - 1] = 0;
	}
	pthread_mutex_unlock(&pool->lock);
	return taken;
}
