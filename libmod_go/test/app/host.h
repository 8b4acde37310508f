/* host.h - the host table over records in memory. It has no streams: those entries are NULL. */
#ifndef TEST_APP_HOST_H
#define TEST_APP_HOST_H

#include "aerospike_udf_go.h"

/* The namespace of the records. */
#define HOST_NAMESPACE "test"

extern aerospike_udf_go_host host_table;

/* A call without a deadline that logs the levels up to `log_level` to stderr. */
aerospike_udf_go_call host_call(aerospike_udf_go_log_level log_level);

#endif
