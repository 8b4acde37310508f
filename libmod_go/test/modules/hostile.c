/* hostile.c - a module whose functions harm their process. */
static int hostile_setup(void);
#define SETUP hostile_setup()
#define NO_APPLY_STREAM

#include "module.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fenced/channel.h"

static uint8_t *shared;
static size_t shared_length;

static const char *property(const char *name)
{
	const char *what = getenv("HOSTILE_SETUP");
	static int asked;

	/* The worker asks at the end of setup, and the host again after a successful one. */
	if (strcmp(name, "functions") == 0 && what != NULL && strcmp(what, "exit_later") == 0 && asked++ > 0)
		_exit(0);
	return "";
}

/* Finds the memory shared with the host, by its name in the list of mappings. */
static int find_shared(void)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	char line[512];

	while (maps != NULL && fgets(line, sizeof(line), maps) != NULL) {
		unsigned long start, end;

		if (strstr(line, "memfd:mod-go-worker") == NULL || sscanf(line, "%lx-%lx", &start, &end) != 2)
			continue;
		shared = (uint8_t *)start;
		shared_length = end - start;
	}
	if (maps != NULL)
		fclose(maps);
	return shared != NULL;
}

static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/* Overwrites the heads of the lanes at random. */
static void scribble(uint64_t seed, size_t count)
{
	uint64_t state = seed * 2654435761u + 88172645463325252u;

	for (size_t i = 0; i < count; i++) {
		uint64_t random = next_random(&state);
		size_t place = (random >> 20) % 4 == 0 ? random % shared_length : (random >> 8) % 512;
		size_t lane = (random >> 40) % 3 * ((1 << 20) + 128);

		if (lane + place < shared_length)
			shared[lane + place] = (uint8_t)(random >> 56);
	}
}

static void *scribble_on(void *unused)
{
	for (uint64_t i = (uint64_t)getpid();; i++)
		scribble(i, 1);
	return unused;
}

/* Sends the host the message in its lane, and waits a little for the answer. */
static void send_forged(mod_go_shared *channel, uint32_t answered)
{
	atomic_store(&channel->to_host.word, (channel->to_host.word & ~3u) + 4);
	syscall(SYS_futex, &channel->to_host.word, FUTEX_WAKE, 1, NULL, NULL,
	        0); /* else the next one comes too soon */
	for (int waited = 0; channel->to_worker.word == answered && waited < 1000; waited++)
		usleep(10);
}

/* Sends the host what looks like messages. */
static void forge(uint64_t seed)
{
	static const uint8_t LIKELY[] = {0, 0, 0, 0, 1, 2, 3, 4, 5, 8, 16, 'a', 0x93, 0xff};
	mod_go_shared *channel = (mod_go_shared *)(void *)shared;
	uint64_t state = seed * 2654435761u + 88172645463325252u;

	for (int i = 0; i < 20; i++) {
		uint32_t answered = channel->to_worker.word;
		uint32_t length = next_random(&state) % 200;

		channel->to_host.head.kind = 16 + next_random(&state) % 10;
		channel->to_host.head.offset = next_random(&state) % 50 == 0 ? (uint32_t)next_random(&state) : 0;
		channel->to_host.head.length = next_random(&state) % 50 == 0 ? (uint32_t)next_random(&state) : length;
		channel->to_host.head.more = next_random(&state) % 10 == 0;
		channel->to_host.head.used = next_random(&state) % 3 == 0 ? (uint32_t)next_random(&state) % 300 : 0;
		for (uint32_t at = 0; at < length; at++) {
			channel->to_host.data[at] = LIKELY[next_random(&state) % sizeof(LIKELY)];
			channel->log[at] = LIKELY[next_random(&state) % sizeof(LIKELY)];
		}
		send_forged(channel, answered);
	}
}

/* One message in pieces of so many bytes, without end, each as soon as the host has asked for it. */
static void send_pieces(uint32_t length)
{
	mod_go_shared *channel = (mod_go_shared *)(void *)shared;

	for (;;) {
		uint32_t answered = channel->to_worker.word & ~3u;

		channel->to_host.head = (mod_go_message_head){.kind = 18, .length = length, .more = 1};
		atomic_store(&channel->to_host.word, (channel->to_host.word & ~3u) + 4);
		syscall(SYS_futex, &channel->to_host.word, FUTEX_WAKE, 1, NULL, NULL, 0);
		while ((channel->to_worker.word & ~3u) == answered)
			sched_yield();
	}
}

static size_t put_word(uint8_t *to, size_t at, uint32_t word)
{
	memcpy(to + at, &word, sizeof(word));
	return at + sizeof(word);
}

/* The same with a stream's messages: reads, and writes of elements, most of which are well formed. */
static void forge_stream(uint64_t seed)
{
	static const uint8_t VALUES[][6] = {{'t', 'e', 'x', 't', 0xff, 0},
	                                    {0x93, 1, 0xa2, 3, 'x', 0xc0},
	                                    {0x81, 1, 2},
	                                    {0x92, 1, 0xa1, 3},
	                                    {0x81, 0xc3, 1},
	                                    {0xc0}};
	mod_go_shared *channel = (mod_go_shared *)(void *)shared;
	uint64_t state = seed * 2654435761u + 88172645463325252u;
	uint8_t *to = channel->to_host.data;

	for (int i = 0; i < 40; i++) {
		uint32_t answered = channel->to_worker.word, count = next_random(&state) % 4;
		size_t at = put_word(to, 0, count);

		channel->to_host.head = (mod_go_message_head){.kind = 23 + next_random(&state) % 2};
		for (; count > 0; count--) {
			uint32_t type = next_random(&state) % 10, length = next_random(&state) % 6 + 1;

			at = put_word(to, at, next_random(&state) % 16 == 0 ? type : type == AEROSPIKE_UDF_GO_LIST);
			at = put_word(to, at, type);
			at = type >= AEROSPIKE_UDF_GO_STRING ? put_word(to, at, length) : at;
			memcpy(to + at, VALUES[next_random(&state) % 6], 6);
			at += type >= AEROSPIKE_UDF_GO_STRING ? length : type == AEROSPIKE_UDF_GO_NIL ? 0 : 8;
		}
		at = put_word(to, at, next_random(&state) % 3 == 0 ? (uint32_t)next_random(&state) : 0);
		channel->to_host.head.length = (uint32_t)(at - (next_random(&state) % 50 == 0));
		send_forged(channel, answered);
	}
}

static void *abort_soon(void *unused)
{
	usleep(20000);
	abort();
	return unused;
}

static void start(void *(*run)(void *))
{
	pthread_t thread;

	pthread_create(&thread, NULL, run, NULL);
}

/* For a worker; a small machine may have 32,768. */
#define TOO_MANY_THREADS 20000

static int wait_on(void *unused)
{
	for (;;)
		syscall(SYS_ppoll, NULL, 0, NULL, NULL, 0);
	return unused != NULL;
}

/* Starts so many threads as fast as it can, each with a page as its stack. Returns how many. */
static long start_threads(long count)
{
	const int flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM;
	char *stacks =
		mmap(NULL, (size_t)count << 12, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	long started = 0;

	while (stacks != MAP_FAILED && started < count &&
	       clone(wait_on, stacks + ((started + 1) << 12), flags, NULL) >= 0)
		started++;
	return started;
}

static void *start_many_soon(void *unused)
{
	usleep(20000);
	start_threads(TOO_MANY_THREADS);
	return unused;
}

static int overflow(volatile char *above)
{
	volatile char here[4096];

	here[0] = above != NULL ? above[0] : 0;
	if (here[0] == 1)
		return 0; /* never, but that is for the compiler */
	return overflow(here) + here[0];
}

/* Allocates memory until there is none. */
static int exhaust(application *a)
{
	size_t taken = 0;
	char text[80];

	for (void *block; (block = malloc(1 << 20)) != NULL && taken < (size_t)4 << 30; taken += 1 << 20)
		memset(block, 1, 1 << 20);
	snprintf(text, sizeof(text), "exhaust: no memory after %zu MiB", taken >> 20);
	fprintf(stderr, "%s\n", text);
	if (a->count > 0)
		abort();
	return give_text(a->result, AEROSPIKE_UDF_GO_FAILED, text);
}

/* Maps memory until that is refused, and frees it; with an argument it then uses what it did not get. */
static int refused_mapping(application *a)
{
	const size_t size = (size_t)1 << 20;
	uint8_t *last = NULL, *more;

	while ((more = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)) !=
	       MAP_FAILED) {
		memcpy(more, &last, sizeof(last));
		last = more;
	}
	if (a->count > 0)
		return *(volatile uint8_t *)more;
	while (last != NULL) {
		more = last;
		memcpy(&last, more, sizeof(last));
		munmap(more, size);
	}
	return give_text(a->result, AEROSPIKE_UDF_GO_OK, "survived");
}

static int deadlock(void)
{
	pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

	pthread_mutex_lock(&lock);
	return pthread_mutex_lock(&lock);
}

/* Tries what a worker must not do, and returns the error numbers as a string. */
static int rights(application *a)
{
	char *words[] = {"true", NULL};
	int failed[4] = {0};
	char text[80];
	pid_t child = fork();

	if (child == 0)
		_exit(0);
	failed[0] = child < 0 ? errno : 0;
	failed[1] = execv("/bin/true", words) != 0 ? errno : 0;
	failed[2] = kill(getppid(), 0) != 0 ? errno : 0;
	failed[3] = unshare(0x10000000) != 0 ? errno : 0;
	snprintf(text, sizeof(text), "%d %d %d %d, no new privileges %d", failed[0], failed[1], failed[2],
	         failed[3], prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
	return give_text(a->result, AEROSPIKE_UDF_GO_OK, text);
}

/* Which sockets can be made and used, and whether the folder of the argument and another can be read. */
static int reach(application *a)
{
	char text[160], folder[256];
	struct sockaddr_in here = {.sin_family = AF_INET};
	int line = socket(AF_INET, SOCK_STREAM, 0);
	bool inet = line >= 0 && bind(line, (struct sockaddr *)&here, sizeof(here)) == 0 && listen(line, 1) == 0;
	bool inet6 = socket(AF_INET6, SOCK_DGRAM, 0) >= 0, path = socket(AF_UNIX, SOCK_STREAM, 0) >= 0;
	bool own, other;

	snprintf(folder, sizeof(folder), "%.*s/file", (int)a->arguments[0].length,
	         (const char *)a->arguments[0].data);
	own = open(folder, O_RDONLY) >= 0;
	other = open("/etc/passwd", O_RDONLY) >= 0;
	snprintf(text, sizeof(text), "%s%s%s%s, reads %s%s", inet ? "IPv4 " : "", inet6 ? "IPv6" : "",
	         path ? " Unix" : "", inet || inet6 || path ? "" : "no socket", own ? "the folder" : "nothing",
	         other ? " and others" : "");
	return give_text(a->result, AEROSPIKE_UDF_GO_OK, text);
}

static int count_descriptors(application *a)
{
	DIR *folder = opendir("/proc/self/fd");
	int count = -3; /* ".", ".." and the folder itself */

	while (readdir(folder) != NULL)
		count++;
	closedir(folder);
	return give_integer(a->result, count);
}

/* Shrinks the shared memory in a way that only root has. Returns the error, -1 where there is no such way. */
static int shrink(application *a)
{
	char path[80];
	int descriptor;

	if (!find_shared())
		return give_text(a->result, AEROSPIKE_UDF_GO_FAILED, "nothing is shared");
	snprintf(path, sizeof(path), "/proc/self/map_files/%lx-%lx", (unsigned long)(uintptr_t)shared,
	         (unsigned long)(uintptr_t)shared + shared_length);
	descriptor = open(path, O_RDWR);
	if (descriptor < 0)
		return give_integer(a->result, -1);
	return give_integer(a->result, ftruncate(descriptor, 0) == 0 ? 0 : errno);
}

static void close_all(void)
{
	for (int i = 0; i < 64; i++)
		close(i);
}

static void print_and_exit(void)
{
	for (int i = 0; i < 1200; i++)
		printf("this is line %d of what nobody wants to read\n", i);
	printf("crash output\n");
	fflush(stdout);
	_exit(9);
}

/* Prints 2 MiB and returns how many bytes it has printed. */
static int flood(application *a)
{
	static char text[4096];
	long long printed = 0;

	memset(text, 'x', sizeof(text));
	for (int i = 0; i < 512; i++) {
		ssize_t count = write(1, text, sizeof(text));

		printed += count > 0 ? count : 0;
	}
	return give_integer(a->result, printed);
}

/* Looks like the end of a Go program. */
static void go_end(void)
{
	static const char text[] =
		"goroutine 1 is fine\n"
		"fatal error: all is lost\n\n"
		"goroutine 17 [running]:\n"
		"runtime.throw({0x1, 0x2})\n\t/opt/go/src/runtime/panic.go:11 +0x48\n"
		"sync.fatal(...)\n\t/opt/go/src/sync/fatal.go:2 +0x48\n"
		"example.com/some/udfs.(*T).Hit(0xc000, {0x1, 0x2})\n\t/src/udfs.go:42 +0x1d\n";

	if (write(2, text, sizeof(text) - 1) > 0)
		_exit(2);
}

static int logs(application *a)
{
	char text[1000];

	for (int i = 0; i < (int)a->arguments[0].integer; i++) {
		int length = snprintf(text, sizeof(text), "line %d %0500d", i, 0);

		a->call->host->log(a->call, AEROSPIKE_UDF_GO_LOG_INFO, text, (size_t)length, NULL, 0);
	}
	if (a->count > 1)
		abort();
	return give_integer(a->result, a->arguments[0].integer);
}

static int apply(application *a)
{
	volatile int *volatile nowhere =
		(volatile int *)16; /* invalid like NULL, but not found by the sanitizer */

#define IS(text) if (strcmp(a->name, text) == 0)
	IS("pid") return give_integer(a->result, getpid());
	IS("rights") return rights(a);
	IS("reach") return reach(a);
	IS("descriptors") return count_descriptors(a);
	IS("memory_file") return give_integer(a->result, syscall(SYS_memfd_create, "hostile", 0));
	IS("preload")
	return give_text(a->result, 0, getenv("LD_PRELOAD") != NULL ? getenv("LD_PRELOAD") : "none");
	IS("go_memory")
	return give_text(a->result, 0, getenv("GOMEMLIMIT") != NULL ? getenv("GOMEMLIMIT") : "none");
	IS("exit") exit(3);
	IS("exit_now") _exit(4);
	IS("exit_well") _exit(0);
	IS("abort") abort();
	IS("segfault") return *nowhere;
	IS("overflow") return overflow(NULL);
	IS("exhaust") return exhaust(a);
	IS("refused_mapping") return refused_mapping(a);
	IS("deadlock") return deadlock();
	IS("spin") for (;;);
	IS("nap") usleep(1000);
	IS("threads") return give_integer(a->result, start_threads((long)a->arguments[0].integer));
	IS("threads_on")
	{
		start_threads(TOO_MANY_THREADS);
		pause();
	}
	IS("threads_later") start(start_many_soon);
	IS("print") print_and_exit();
	IS("flood") return flood(a);
	IS("go_end") go_end();
	IS("kill") kill(getpid(), SIGKILL);
	IS("close") close_all();
	IS("hang_up") shutdown(3, SHUT_RDWR);
	IS("write_line") return give_integer(a->result, write(3, "hello", 5));
	IS("shrink") return shrink(a);
	IS("abort_later") start(abort_soon);
	IS("logs") return logs(a);
	IS("forge")
	{
		if (!find_shared())
			return give_text(a->result, AEROSPIKE_UDF_GO_FAILED, "nothing is shared");
		forge((uint64_t)a->arguments[0].integer);
	}
	IS("pieces")
	{
		if (!find_shared())
			return give_text(a->result, AEROSPIKE_UDF_GO_FAILED, "nothing is shared");
		send_pieces((uint32_t)a->arguments[0].integer);
	}
	IS("forge_stream")
	{
		if (!find_shared())
			return give_text(a->result, AEROSPIKE_UDF_GO_FAILED, "nothing is shared");
		forge_stream((uint64_t)a->arguments[0].integer);
	}
	IS("scribble")
	{
		if (!find_shared())
			return give_text(a->result, AEROSPIKE_UDF_GO_FAILED, "nothing is shared");
		scribble((uint64_t)a->arguments[0].integer, 2000);
		if (a->arguments[0].integer % 2 == 0)
			start(scribble_on);
	}
	return give_text(a->result, AEROSPIKE_UDF_GO_OK, "survived");
}

static int hostile_setup(void)
{
	const char *what = getenv("HOSTILE_SETUP");

	if (what != NULL && strcmp(what, "abort") == 0)
		abort();
	if (what != NULL && strcmp(what, "hang") == 0)
		pause();
	if (what != NULL && strcmp(what, "slow") == 0)
		usleep(500000);
	if (what != NULL && strcmp(what, "abort_soon") == 0)
		start(abort_soon);
	if (what != NULL && strcmp(what, "fail") == 0)
		return AEROSPIKE_UDF_GO_FAILED;
	return AEROSPIKE_UDF_GO_OK;
}

/* The same, in a call of a stream function. */
__attribute__((visibility("default"))) int
aerospike_udf_go_apply_stream(char *name, aerospike_udf_go_call *call, int scope,
                              aerospike_udf_go_stream *input, aerospike_udf_go_stream *output,
                              aerospike_udf_go_value *arguments, size_t count,
                              aerospike_udf_go_result *result)
{
	application a = {name, call, NULL, arguments, count, result};

	(void)scope, (void)input, (void)output;
	return apply(&a);
}
