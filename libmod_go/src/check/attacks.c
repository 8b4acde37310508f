/* attacks.c - the frame of the attacks: their target and their answers. */
#include "check/attacks.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const attack_target *now;
static char answer[4096];

const attack_target *attack_now(void)
{
	return now;
}

bool attack_answer(const char *text)
{
	snprintf(answer, sizeof(answer), "%s", text);
	return true;
}

bool attack_tried(bool done)
{
	return attack_answer(done ? ATTACK_THROUGH : strerror(errno));
}

bool attack_gave(long long result)
{
	return attack_answer(result < 0 ? strerror(errno) : "done");
}

const char *attack_path(const char *name)
{
	static char paths[2][512];
	static int next;
	char *made = paths[next++ % 2];

	snprintf(made, sizeof(paths[0]), "%s/%s", now->folder, name);
	return made;
}

int attack_open_of_host(const char *name, int flags)
{
	char file[64];

	snprintf(file, sizeof(file), "/proc/%d/%s", (int)now->host, name);
	return open(file, flags);
}

const char *attack_run(const char *function, const attack_target *target)
{
	now = target;
	errno = 0;
	attack_answer("");
	if (!attack_processes(function) && !attack_files(function))
		attack_answer("there is no such attack: " ATTACK_THROUGH); /* counts as a failure */
	return answer;
}

void attack_target_write(const attack_target *target, attack_words words)
{
	const char *texts[] = {target->folder, target->socket, target->terminal};
	const long long numbers[] = {target->host,    (long long)target->canary, (long long)target->secret,
	                             target->segment, target->descriptor,        target->port};

	for (int i = 0; i < 6; i++)
		snprintf(words[i], sizeof(words[i]), "%lld", numbers[i]);
	for (int i = 0; i < 3; i++)
		snprintf(words[6 + i], sizeof(*words), "%s", texts[i]);
}

attack_target attack_target_read(char **words)
{
	return (attack_target){.host = (pid_t)strtoll(words[0], NULL, 10),
	                       .canary = (uintptr_t)strtoll(words[1], NULL, 10),
	                       .secret = (uintptr_t)strtoll(words[2], NULL, 10),
	                       .segment = (int)strtoll(words[3], NULL, 10),
	                       .descriptor = (int)strtoll(words[4], NULL, 10),
	                       .port = (int)strtoll(words[5], NULL, 10),
	                       .folder = words[6],
	                       .socket = words[7],
	                       .terminal = words[8]};
}
