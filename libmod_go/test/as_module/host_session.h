/* host_session.h - calls functions of the host table for a record, as a module does. */
#ifndef TEST_HOST_SESSION_H
#define TEST_HOST_SESSION_H

#include "as_module/apply.h"
#include "call.h"

/* One call that is under way. Its memory is not initialised, as on the stack. */
typedef struct host_session {
	as_aerospike aerospike;
	as_udf_context context;
	record_log log;
	as_rec_hooks hooks; /* of the record; a test may replace some */
	as_rec *rec;
	char why[200];   /* why the last function refused; "" where it did not */
	char names[600]; /* of `names_of` */
	mod_go_host_call host_call;
} host_session;

/* A new record, whose reference the session owns, and a call that begins with it. */
host_session *session_new(void);
void session_free(host_session *session);

/* Ends the call and begins another with the same record, in the same memory. */
void session_next_call(host_session *session);

/* Each returns the function's status. */
int set_bin_to(host_session *session, const char *name, as_val *val); /* destroys the value */
int unset_bin(host_session *session, const char *name);
int create_record(host_session *session);
int update_record(host_session *session);
int remove_record(host_session *session);

/* A bin by `show`, or why it was refused. */
const char *bin_of(host_session *session, const char *name);

/* The names of bins as they come, each followed by a blank; or why they were refused. */
const char *names_of(host_session *session);

/* Puts a text into the buffered writes, as a module does. */
void write_later(host_session *session, const char *name, size_t name_length, const char *text,
                 size_t length);

#endif
