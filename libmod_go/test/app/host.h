/* host.h - the host's table of functions over records in memory. It has no streams: those entries are NULL. */
#ifndef TEST_APP_HOST_H
#define TEST_APP_HOST_H

#include "aerospike_udf_go.h"

/* The namespace that the records say they are in. */
#define HOST_NAMESPACE "test"

extern aerospike_udf_go_host host_table;

/* A call without deadline that logs from `log_level` on to stderr. */
aerospike_udf_go_call host_call(aerospike_udf_go_log_level log_level);

#endif
