/* reporter.h - what the plugin reports by itself: the greeting, workers that end and the ticker in the server's log,
 * and the node's status in a file. */
#ifndef MOD_GO_REPORTER_H
#define MOD_GO_REPORTER_H

#include "asd/settings.h"

/* Starts the thread that reports, once. It logs the greeting and the invalid settings as soon as the server has a log,
 * then, within a second, each worker that has ended by itself, and a line for each module in use every
 * settings->ticker milliseconds (0: never). It writes node_status.h's file to `folder`, which is copied. The settings
 * must stay valid and unchanged. */
void mod_go_reporter_start(const mod_go_settings *settings, const char *folder);

#endif
