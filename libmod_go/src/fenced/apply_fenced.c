/* apply_fenced.c - applies a function in a worker: acquires one, runs the call, and counts the outcome. */
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "common/error.h"
#include "fenced/pool.h"
#include "fenced/session.h"
#include "loader/result.h"

/* How often a call is tried whose worker ended before it received the call, because something else has killed it. */
#define TRIES 64

static _Thread_local mod_go_fenced_outcome last;

void mod_go_fenced_last_outcome(mod_go_fenced_outcome *outcome)
{
	uint32_t size = outcome->size;

	memcpy(outcome, &last, size < sizeof(last) ? size : sizeof(last));
	outcome->size = size;
}

void mod_go_outcome_begin(void)
{
	last = (mod_go_fenced_outcome){.size = sizeof(last), .exit_code = -1};
}

void mod_go_outcome_note(const mod_go_worker *worker, mod_go_arrival arrival)
{
	int status;

	last.crashed = arrival == MOD_GO_GONE || arrival == MOD_GO_MANGLED;
	last.timed_out = arrival == MOD_GO_LATE;
	last.memory_limit_reached = arrival == MOD_GO_GONE && mod_go_worker_reached_memory_limit(worker);
	/* Otherwise the watcher may be collecting the process now. */
	if (arrival != MOD_GO_GONE || !worker->process.ended || atomic_load(&worker->too_many_threads) > 0)
		return;
	status = worker->process.status;
	if (status < 0)
		return;
	if (WIFEXITED(status))
		last.exit_code = WEXITSTATUS(status);
	else if (WIFSIGNALED(status))
		last.signal = WTERMSIG(status);
}

/* The result of a call whose worker cannot be used again. */
static int fail(mod_go_fenced *pool, mod_go_session *session, mod_go_arrival arrival,
                aerospike_udf_go_result *result)
{
	int status = arrival == MOD_GO_LATE   ? AEROSPIKE_UDF_GO_DEADLINE
	             : arrival == MOD_GO_GONE ? AEROSPIKE_UDF_GO_PANICKED
	                                      : AEROSPIKE_UDF_GO_INTERNAL;
	char why[1200], reason[MOD_GO_DEATH_REASON];

	if (arrival == MOD_GO_GONE && atomic_load(&session->worker->ended_because) != NULL)
		status = AEROSPIKE_UDF_GO_INTERNAL;
	mod_go_worker_explain(session->worker, arrival, why, sizeof(why));
	if (arrival == MOD_GO_LATE && mod_go_session_is_stalled(session))
		snprintf(
			why, sizeof(why),
			"it has neither read nor written an element of its streams for %llu ms, and its worker was ended",
			(unsigned long long)(session->stall / 1000000u));
	if (status != AEROSPIKE_UDF_GO_INTERNAL || arrival != MOD_GO_GONE) { /* not where the host has ended it */
		snprintf(reason, sizeof(reason), "function %.100s: %.390s", session->name, why);
		mod_go_trim_cut_text(reason);
		mod_go_pool_note_death(pool, reason);
	}
	mod_go_outcome_note(session->worker, arrival);
	return mod_go_result_refuse(result, status, "function %s: %s", session->name, why);
}

/* Completes the outcome of a call, for the counters. */
static mod_go_finished_call finish(const mod_go_session *session, int status)
{
	last.trips = session->trips;
	if (session->timed)
		last.nanoseconds = mod_go_now() - session->started + 1; /* never 0, which means not timed */
	return (mod_go_finished_call){.status = status,
	                              .crashed = last.crashed != 0,
	                              .timed_out = last.timed_out != 0,
	                              .nanoseconds = last.nanoseconds};
}

/* Runs the call in a worker. Returns true where the call must be tried again; else it was counted, unless there was
 * no worker for it. */
static bool try_call(mod_go_fenced *pool, mod_go_session *session, const aerospike_udf_go_value *arguments,
                     size_t count, aerospike_udf_go_result *result, int *status)
{
	mod_go_finished_call over;
	mod_go_arrival arrival;
	char why[sizeof(((mod_go_error *)0)->message) + 64];

	session->worker = mod_go_pool_acquire(pool, session->stream, session->deadline, status, why, sizeof(why));
	if (session->worker == NULL) {
		mod_go_result_refuse(result, *status, "function %s: %s", session->name, why);
		return false;
	}
	arrival = mod_go_session_run(session, arguments, count, result, status);
	if (arrival == MOD_GO_GONE && session->trips == 0 &&
	    !mod_go_channel_was_taken(&session->worker->channel)) {
		mod_go_result_refuse(result, AEROSPIKE_UDF_GO_INTERNAL,
		                     "function %s: its workers end before they serve it", session->name);
		mod_go_pool_release(pool, session->worker, false, NULL);
		session->worker = NULL;
		*status = AEROSPIKE_UDF_GO_INTERNAL;
		return true;
	}
	if (arrival != MOD_GO_ARRIVED)
		*status = fail(pool, session, arrival, result);
	else if (pool->options.output >= 0)
		mod_go_worker_drain(session->worker); /* copy this call's output before it returns */
	over = finish(session, *status);
	mod_go_pool_release(pool, session->worker, arrival == MOD_GO_ARRIVED, &over);
	return false;
}

/* Sets when the call must be done, and when its worker is killed. False where the deadline has passed; one that
 * passed some milliseconds ago may count as future, and the call is then ended at once. */
static bool set_deadline(const mod_go_fenced *pool, mod_go_session *session)
{
	session->deadline = session->call->deadline;
	if (session->deadline == 0 && pool->options.timeout > 0)
		session->deadline = mod_go_deadline_after(pool->options.timeout);
	if (session->deadline == 0)
		return true;
	session->until = session->deadline + (uint64_t)pool->options.grace * 1000000u;
	return mod_go_now_coarse() < session->deadline;
}

/* Whether this call is timed: one of so many of each thread. */
static bool is_timed(const mod_go_fenced *pool)
{
	static _Thread_local uint32_t calls;

	return pool->options.timed <= 1 || calls++ % pool->options.timed == 0;
}

static int apply(mod_go_fenced *pool, mod_go_session *session, aerospike_udf_go_value *arguments,
                 size_t count, aerospike_udf_go_result *result)
{
	int status = mod_go_apply_precheck(pool->path, atomic_load(&pool->ready), session->name, session->call,
	                                   arguments, count, result);
	mod_go_finished_call over;
	int tries = 1;

	mod_go_outcome_begin();
	session->now = pool->options.now != NULL ? *pool->options.now : 0;
	session->timed = is_timed(pool);
	if (session->timed)
		session->started = mod_go_now();
	if (status == AEROSPIKE_UDF_GO_OK && !set_deadline(pool, session)) {
		status =
			mod_go_result_refuse(result, AEROSPIKE_UDF_GO_DEADLINE,
		                         "function %s: the deadline had passed before the call began", session->name);
	} else if (status == AEROSPIKE_UDF_GO_OK) {
		while (try_call(pool, session, arguments, count, result, &status) && tries < TRIES)
			tries++;
	}
	if (session->worker == NULL) {
		over = finish(session, status);
		mod_go_pool_count(pool, &over);
	}
	return status;
}

int mod_go_fenced_apply_single(mod_go_fenced *pool, const char *name, aerospike_udf_go_call *call,
                               aerospike_udf_go_record *record, aerospike_udf_go_value *arguments,
                               size_t count, aerospike_udf_go_result *result)
{
	mod_go_session session = {.name = name,
	                          .call = call,
	                          .record = record,
	                          .defers = record != NULL && pool->options.deferred_stores != 0};

	return apply(pool, &session, arguments, count, result);
}

int mod_go_fenced_apply_stream(mod_go_fenced *pool, const char *name, aerospike_udf_go_call *call, int scope,
                               aerospike_udf_go_stream *input, aerospike_udf_go_stream *output,
                               aerospike_udf_go_value *arguments, size_t count,
                               aerospike_udf_go_result *result)
{
	mod_go_session session = {.name = name,
	                          .call = call,
	                          .stream = true,
	                          .scope = scope,
	                          .input = input,
	                          .output = output,
	                          .stall = (uint64_t)pool->options.stall * 1000000u};
	int status;

	status = apply(pool, &session, arguments, count, result);
	mod_go_buffer_free(&session.first);
	return status;
}
