/* worker.c - starts a worker, has it load its module, and reads its output. */
#include "fenced/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/error.h"
#include "common/memory_file.h"
#include "fenced/grants.h"
#include "fenced/wants.h"
#include "loader/module.h"

/* How much of its output is read at once, and how long to wait for a full pipe that it is copied to. */
#define DRAIN_BYTES          4096
#define PASS_ON_MILLISECONDS 1000

/* Nanoseconds until the output of a worker is read again that prints too much. */
#define OUTPUT_PAUSE 20000000u

/* Checks and copies the file, and opens the copy. */
static mod_go_status open_copy(const char *path, int *descriptor, mod_go_error *error)
{
	mod_go_private_copy copy;
	mod_go_status status = mod_go_copy_checked_file(path, &copy, error);
	int reason;

	if (status != MOD_GO_OK)
		return status;
	if (copy.descriptor < 0)
		copy.descriptor = open(copy.name, O_RDONLY | O_CLOEXEC);
	reason = errno;
	mod_go_private_copy_unlink(&copy);
	*descriptor = copy.descriptor;
	if (copy.descriptor >= 0)
		return MOD_GO_OK;
	return mod_go_fail(error, MOD_GO_LOAD_FAILED,
	                   "%s: its private copy cannot be opened (%s); raise the limit of open files", path,
	                   strerror(reason));
}

mod_go_status mod_go_version_make(const char *path, mod_go_version **made, mod_go_error *error)
{
	mod_go_version *version = calloc(1, sizeof(*version));
	mod_go_status status;

	if (version == NULL || (version->path = strdup(path != NULL ? path : "")) == NULL) {
		free(version);
		return mod_go_no_memory(error, path, sizeof(*version));
	}
	version->users = 1;
	version->descriptor = -1;
	status = open_copy(path, &version->descriptor, error);
	if (status == MOD_GO_OK) {
		version->wants = mod_go_wants_read(version->descriptor);
		*made = version;
	} else {
		mod_go_version_free(version);
	}
	return status;
}

void mod_go_version_free(mod_go_version *version)
{
	if (version->descriptor >= 0)
		close(version->descriptor);
	mod_go_manifest_clear(&version->manifest);
	free(version->wants);
	free(version->path);
	free(version);
}

/* Maps the shared memory and returns its descriptor, or -1. The size is sealed: a worker could shrink it otherwise,
 * and the host would get SIGBUS. */
static int share_memory(mod_go_worker *worker)
{
	int descriptor = mod_go_memory_file("mod-go-worker", false);

	if (descriptor < 0)
		return -1;
	if (ftruncate(descriptor, sizeof(mod_go_shared)) == 0 &&
	    mod_go_memory_file_seal(descriptor, MOD_GO_SEAL_SIZE)) {
		worker->shared = mmap(NULL, sizeof(mod_go_shared), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
		if (worker->shared != MAP_FAILED)
			return descriptor;
		worker->shared = NULL;
	}
	close(descriptor);
	return -1;
}

static mod_go_worker *new_worker(mod_go_version *version, int copy_to)
{
	mod_go_worker *worker = calloc(1, sizeof(*worker));

	if (worker == NULL)
		return NULL;
	worker->version = version;
	worker->process.descriptor = -1;
	worker->lifeline = -1;
	worker->output = -1;
	worker->copy_to = copy_to;
	pthread_mutex_init(&worker->output_lock, NULL);
	return worker;
}

mod_go_status mod_go_worker_start(const char *program, const mod_go_fenced_options *options,
                                  mod_go_version *version, mod_go_worker **made, mod_go_error *error)
{
	mod_go_worker *worker = new_worker(version, options->output);
	int lifeline[2] = {-1, -1}, output[2] = {-1, -1}, shared = -1;
	mod_go_status status = MOD_GO_WORKER_FAILED;
	char *grants = options->grants != NULL ? strdup(options->grants) : NULL;
	char limit[24];

	if (worker == NULL) {
		free(grants);
		return mod_go_no_memory(error, version->path, sizeof(*worker));
	}
	snprintf(limit, sizeof(limit), "%llu", (unsigned long long)options->memory);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, lifeline) != 0 || pipe2(output, O_CLOEXEC) != 0 ||
	    fcntl(output[0], F_SETFL, O_NONBLOCK) != 0 || (shared = share_memory(worker)) < 0) {
		mod_go_fail(
			error, status,
			"%s: its worker's sockets, pipes and shared memory could not be made (%s); raise the limit of"
			" open files, or free memory",
			version->path, strerror(errno));
	} else {
		const int given[3] = {lifeline[1], shared, version->descriptor};
		const char *arguments[2 + MOD_GO_GRANTS_MAX + 2] = {limit, version->path};

		if (grants != NULL)
			mod_go_grants_split(grants, arguments + 2, MOD_GO_GRANTS_MAX + 1);
		mod_go_channel_create(&worker->channel, worker->shared, &worker->gone);
		worker->shared->settable_time = options->now != NULL;
		status = mod_go_process_start(&worker->process, program, arguments, limit, version->path, given,
		                              output[1], error);
	}
	free(grants);
	worker->lifeline = lifeline[0];
	worker->output = output[0];
	for (int i = 0; i < 3; i++) {
		int ours = i == 0 ? lifeline[1] : i == 1 ? output[1] : shared;

		if (ours >= 0)
			close(ours);
	}
	if (status == MOD_GO_OK) {
		mod_go_placement_begin(&worker->placement, worker->process.id);
		*made = worker;
	} else {
		mod_go_worker_free(worker);
	}
	return status;
}

void mod_go_worker_free(mod_go_worker *worker)
{
	mod_go_process_close(&worker->process);
	if (worker->lifeline >= 0)
		close(worker->lifeline);
	if (worker->output >= 0)
		close(worker->output);
	if (worker->shared != NULL)
		munmap(worker->shared, sizeof(*worker->shared));
	mod_go_buffer_free(&worker->message);
	mod_go_buffer_free(&worker->logs);
	pthread_mutex_destroy(&worker->output_lock);
	free(worker);
}

/* Copies output. A pipe with free space takes DRAIN_BYTES whole. False where it had none for PASS_ON_MILLISECONDS,
 * because a pipe that nobody reads must not delay the pool; and where its reader is closed (POLLERR), because a write
 * would raise SIGPIPE in the host. */
static bool copy_output(int descriptor, const char *text, size_t length)
{
	struct pollfd taken = {.fd = descriptor, .events = POLLOUT};

	_Static_assert(DRAIN_BYTES <= PIPE_BUF, "writes of up to PIPE_BUF bytes are atomic");
	return poll(&taken, 1, PASS_ON_MILLISECONDS) == 1 && taken.revents == POLLOUT &&
	       write(descriptor, text, length) >= 0;
}

/* Counts output. Beyond the rate it is read in pauses, so that it costs the host little: the worker, whose pipe is
 * full, waits meanwhile. output_lock must be held. */
static void count_output(mod_go_worker *worker, size_t count)
{
	uint64_t now = mod_go_now_coarse();
	size_t left;

	if (worker->copy_to >= 0)
		return;
	if (now - worker->output_second >= 1000000000u) {
		worker->output_second = now;
		worker->output_taken = 0;
	}
	left = MOD_GO_OUTPUT_RATE - worker->output_taken;
	if (count > left) {
		atomic_fetch_add(&worker->output_dropped, count - left);
		atomic_store(&worker->output_after, now + OUTPUT_PAUSE);
		count = left;
	}
	worker->output_taken += count;
}

void mod_go_worker_drain(mod_go_worker *worker)
{
	char text[DRAIN_BYTES];
	ssize_t count;

	pthread_mutex_lock(&worker->output_lock);
	/* Bounded: a worker may print faster than this reads. */
	for (int i = 0; i < 32 && worker->output >= 0; i++) {
		count = read(worker->output, text, sizeof(text));
		if (count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR)) {
			close(worker->output);
			worker->output = -1;
		}
		if (count <= 0)
			break;
		count_output(worker, (size_t)count);
		mod_go_crash_output_add(&worker->crash_output, text, (size_t)count);
		if (worker->copy_to >= 0 && !copy_output(worker->copy_to, text, (size_t)count))
			worker->copy_to = -1;
	}
	pthread_mutex_unlock(&worker->output_lock);
}

bool mod_go_worker_reached_memory_limit(const mod_go_worker *worker)
{
	return atomic_load(&worker->shared->memory_limit_reached) == 1;
}

void mod_go_worker_describe_end(const mod_go_worker *worker, char *text, size_t capacity)
{
	int status = worker->process.status;
	const char *because = atomic_load(&worker->ended_because);
	unsigned threads = atomic_load(&worker->too_many_threads);

	if (threads > 0)
		snprintf(text, capacity,
		         "its worker was ended, because it had %u threads, more than a module may have", threads);
	else if (because != NULL)
		snprintf(text, capacity, "its worker was ended, because %s", because);
	else if (!worker->process.ended)
		snprintf(text, capacity, "its worker does not end");
	else if (status >= 0 && WIFSIGNALED(status))
		snprintf(text, capacity, "its worker was ended by signal %d (%s)", WTERMSIG(status),
		         strsignal(WTERMSIG(status)));
	else if (status >= 0 && WIFEXITED(status))
		snprintf(text, capacity, "its worker ended with exit code %d", WEXITSTATUS(status));
	else
		snprintf(text, capacity, "its worker ended");
}

void mod_go_worker_crash_reason(mod_go_worker *worker, char *text, size_t capacity)
{
	mod_go_worker_drain(worker);
	pthread_mutex_lock(&worker->output_lock);
	mod_go_crash_output_explain(&worker->crash_output, text, capacity);
	pthread_mutex_unlock(&worker->output_lock);
}

void mod_go_worker_explain(mod_go_worker *worker, mod_go_arrival arrival, char *text, size_t capacity)
{
	char reason[1024];
	size_t length;

	if (arrival == MOD_GO_MANGLED) {
		snprintf(text, capacity, "its worker wrote over what it shares with the host, and was ended");
	} else if (arrival == MOD_GO_OUT_OF_MEMORY) {
		snprintf(text, capacity, "there is no memory for what its worker sent");
	} else if (arrival == MOD_GO_GONE) {
		mod_go_worker_describe_end(worker, text, capacity);
	} else {
		snprintf(text, capacity, "it did not return in time, and its worker was ended");
	}
	if (arrival != MOD_GO_GONE) {
		mod_go_process_kill(&worker->process);
		return;
	}
	mod_go_worker_crash_reason(worker, reason, sizeof(reason));
	length = strlen(text);
	if (mod_go_worker_reached_memory_limit(worker))
		length += (size_t)snprintf(text + length, capacity - length, " at its memory limit");
	if (reason[0] != '\0')
		snprintf(text + length, capacity - length, ": %s", reason);
	mod_go_trim_cut_text(text);
}

/* Sends the message and waits for the answer, which must be of kind `answer`. */
static mod_go_arrival ask(mod_go_worker *worker, mod_go_writer *writer, uint32_t kind, uint32_t answer,
                          uint64_t until, mod_go_message *message)
{
	mod_go_arrival arrival = mod_go_write_send(writer, &worker->channel, kind, until);

	if (arrival == MOD_GO_ARRIVED)
		arrival = mod_go_channel_receive(&worker->channel, until, &worker->message, message);
	if (arrival == MOD_GO_ARRIVED && message->kind != answer)
		arrival = MOD_GO_MANGLED;
	return arrival;
}

/* Has the worker load or set up its module. `otherwise` is the status where it does not answer. */
static mod_go_status prepare(mod_go_worker *worker, uint32_t kind, mod_go_status otherwise, const char *doing,
                             uint64_t until, mod_go_error *error)
{
	mod_go_message message;
	mod_go_writer writer;
	mod_go_reader reader;
	mod_go_arrival arrival;
	mod_go_status status;
	const char *text;
	size_t length;
	char why[1200];

	mod_go_outcome_begin();
	mod_go_write_begin(&writer, &worker->channel, 0, MOD_GO_IN_LANE_BYTES);
	if (kind == MOD_GO_MESSAGE_OPEN)
		mod_go_write_text(&writer, worker->version->path, strlen(worker->version->path));
	arrival = ask(worker, &writer, kind, MOD_GO_MESSAGE_DONE, until, &message);
	if (arrival != MOD_GO_ARRIVED) {
		mod_go_worker_explain(worker, arrival, why, sizeof(why));
		mod_go_outcome_note(worker, arrival);
		return mod_go_fail(error, otherwise,
		                   "%s: while the module was %s, %s; look at what its initialisers and"
		                   " registrations do",
		                   worker->version->path, doing, why);
	}
	reader = mod_go_read_begin(&message);
	status = (mod_go_status)mod_go_read_number(&reader);
	text = mod_go_read_text(&reader, &length);
	if (status != MOD_GO_OK)
		return mod_go_fail(error, status <= MOD_GO_WORKER_FAILED ? status : otherwise, "%.*s", (int)length,
		                   text);
	if (kind == MOD_GO_MESSAGE_OPEN) {
		worker->major = (int)mod_go_read_number(&reader);
		worker->minor = (int)mod_go_read_number(&reader);
	}
	return mod_go_succeed(error);
}

mod_go_status mod_go_worker_open(mod_go_worker *worker, uint64_t until, mod_go_error *error)
{
	return prepare(worker, MOD_GO_MESSAGE_OPEN, MOD_GO_LOAD_FAILED, "loaded", until, error);
}

mod_go_status mod_go_worker_setup(mod_go_worker *worker, uint64_t until, mod_go_error *error)
{
	return prepare(worker, MOD_GO_MESSAGE_SETUP, MOD_GO_SETUP_FAILED, "set up", until, error);
}

char *mod_go_worker_property(mod_go_worker *worker, const char *name, uint64_t until)
{
	mod_go_message message;
	mod_go_writer writer;
	mod_go_reader reader;
	const char *text;
	size_t length;

	mod_go_write_begin(&writer, &worker->channel, 0, MOD_GO_IN_LANE_BYTES);
	mod_go_write_text(&writer, name, strlen(name));
	if (ask(worker, &writer, MOD_GO_MESSAGE_PROPERTY, MOD_GO_MESSAGE_TEXT, until, &message) !=
	    MOD_GO_ARRIVED) {
		mod_go_process_kill(&worker->process);
		return NULL;
	}
	reader = mod_go_read_begin(&message);
	text = mod_go_read_text(&reader, &length);
	return strndup(text, length);
}
