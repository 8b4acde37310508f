/* reporter.h - what the plugin logs by itself: the greeting, workers that end, and the ticker. */
#ifndef MOD_GO_REPORTER_H
#define MOD_GO_REPORTER_H

#include "asd/settings.h"

/* Starts the thread that logs, once. It logs the greeting and the invalid settings as soon as the server has a log,
 * then, within a second, each worker that has ended by itself, and a line for each module in use every
 * settings->ticker milliseconds (0: never). All pointers must stay valid and unchanged. */
void mod_go_reporter_start(const mod_go_settings *settings, const char *greeting);

#endif
