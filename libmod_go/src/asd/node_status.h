/*
 * node_status.h - publishes that this node runs Go, how, and the counters of its modules, in the file
 * modgo-node.status beside the server's own, for clients (udf-get:filename=modgo-node.status). docs/server-files.md
 * has its format. The server does not list the file, and removes everything in its folder when it starts, so a node
 * without the plugin has none. No module's file can have this name.
 */
#ifndef MOD_GO_NODE_STATUS_H
#define MOD_GO_NODE_STATUS_H

#include "asd/settings.h"

/* Writes the file where its content would differ from what was written last, or where it is gone. One thread. */
void mod_go_node_status_write(const char *folder, const mod_go_settings *settings);

#endif
