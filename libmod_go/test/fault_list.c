/* fault_list.c - the list of fault_list.h. docs/generate.py parses it: names, strings and numbers. */
#include "fault_list.h"

#include "aerospike_udf_go.h"

#define DEADLINE AEROSPIKE_UDF_GO_DEADLINE
#define FAILED   AEROSPIKE_UDF_GO_FAILED
#define INTERNAL AEROSPIKE_UDF_GO_INTERNAL
#define OK       AEROSPIKE_UDF_GO_OK
#define PANICKED AEROSPIKE_UDF_GO_PANICKED
#define REFUSED  AEROSPIKE_UDF_GO_REFUSED

/* One message for both modes. */
#define BOTH(outcome, message) outcome, message, outcome, message

/* clang-format off */
const struct fault fault_list[] = {
	{"the file is missing", "@missing", NULL, BOTH(OPENING(MOD_GO_NO_FILE), "missing.so")},
	{"the file is not ELF", "@text", NULL, BOTH(OPENING(MOD_GO_NOT_A_MODULE), "text.so")},
	{"the file is for another machine", "@machine", NULL, BOTH(OPENING(MOD_GO_WRONG_MACHINE), "machine.so")},
	{"the file is truncated", "@truncated", NULL, BOTH(OPENING(MOD_GO_NOT_A_MODULE), "truncated.so")},
	{"a symbol of the ABI is missing", "library", NULL, BOTH(OPENING(MOD_GO_MISSING_SYMBOL), "aerospike_udf_go_setup")},
	{"it speaks major version 2", "major2", NULL, BOTH(OPENING(MOD_GO_ABI_MISMATCH), "speaks version 2.3")},
	{"it speaks minor version 9", "minor9", "any", BOTH(OK, "minor9")},
	{"it calls what nobody has", "unresolved", NULL, BOTH(OPENING(MOD_GO_LOAD_FAILED), "unresolved.so")},
	{"setup fails", "setup_fails", NULL, BOTH(OPENING(MOD_GO_SETUP_FAILED), "two functions are named add")},
	{"setup panics and says so", "setup_silent", NULL, BOTH(OPENING(MOD_GO_SETUP_FAILED), "panicked")},
	{"setup ends its process", "@setup=abort", NULL, OPENING(MOD_GO_SETUP_FAILED), "signal 6", ENDS, ""},
	{"setup hangs", "@setup=hang", NULL, OPENING(MOD_GO_SETUP_FAILED), "did not return in time", HANGS, ""},
	{"a nil pointer", "go/faults", "nil_dereference", BOTH(PANICKED, "nil pointer dereference")},
	{"an index out of range", "go/faults", "index_out", BOTH(PANICKED, "index out of range")},
	{"a panic of its own", "go/faults", "custom", BOTH(PANICKED, "a panic of our own")},
	{"a panic in a nested call", "go/faults", "nested", BOTH(PANICKED, "index out of range")},
	{"a panic in another goroutine", "go/faults", "elsewhere", PANICKED, "panic: in another goroutine", ENDS, ""},
	{"os.Exit", "go/faults", "exit_3", PANICKED, "exit code 3: goodbye", ENDS, ""},
	{"exit in C", "hostile", "exit", PANICKED, "exit code 3", ENDS, ""},
	{"abort in C", "hostile", "abort", PANICKED, "signal 6", ENDS, ""},
	{"a bad pointer in C", "hostile", "segfault", PANICKED, "signal 11", ENDS, ""},
	{"a Go stack overflows", "go/faults", "recurse_on", PANICKED, "fatal error: ", ENDS, ""},
	{"a C stack overflows", "hostile", "overflow", PANICKED, "signal 11", ENDS, ""},
	{"Go memory is exhausted", "go/faults", "allocate", PANICKED, "its worker was ended by signal", ENDS, ""},
	{"C memory is exhausted", "hostile", "exhaust", BOTH(FAILED, "no memory after")},
	{"concurrent writes to a map", "go/faults", "concurrent_map", PANICKED, "concurrent map writes", ENDS, ""},
	{"a deadlock in Go", "go/faults", "deadlock", DEADLINE, "did not return in time", HANGS, ""},
	{"a deadlock in C", "hostile", "deadlock", DEADLINE, "did not return in time", HANGS, ""},
	{"its deadline is ignored", "go/faults", "ignore_deadline", DEADLINE, "did not return in time", HANGS, ""},
	{"its deadline is ignored, in C", "hostile", "spin", DEADLINE, "did not return in time", HANGS, ""},
	{"an answer longer than its buffer", "answers", "past_buffer", BOTH(INTERNAL, "past_buffer")},
	{"an answer of a type that does not exist", "answers", "unknown_type", BOTH(INTERNAL, "type")},
	{"a string that is not UTF-8", "answers", "bad_text", BOTH(INTERNAL, "UTF-8")},
	{"msgpack that is truncated", "answers", "truncated", BOTH(INTERNAL, "ends within an item")},
	{"msgpack that is too deep", "answers", "too_deep", BOTH(INTERNAL, "deeper than 64")},
	{"msgpack that counts more than its bytes", "answers", "counts_more", BOTH(INTERNAL, "counts more items")},
	{"a value that the server can't store", "answers", "bad_key", BOTH(INTERNAL, "a map key")},
	{"a failure without a message", "answers", "failure_without_reason", BOTH(PANICKED, "")},
	{"a status that does not exist", "answers", "status_99", BOTH(INTERNAL, "99")},
	{"a record that refuses a write", "good", "set", BOTH(REFUSED, "the device is full")},
	{"a stream function that fails", "streams", "fail 5", BOTH(FAILED, "no more of this")},
	{"a panic in a stream", "go/faults", "stream_panics 5", BOTH(PANICKED, "in the middle")},
	{"os.Exit in a stream", "go/faults", "stream_exits 5", PANICKED, "exit code 7", ENDS, ""},
	{"exit in C, in a stream", "streams", "exit 5", PANICKED, "exit code 6", ENDS, ""},
	{"a bad pointer in C, in a stream", "hostile", "segfault 0", PANICKED, "signal 11", ENDS, ""},
	{"a stream that hangs", "go/faults", "stream_hangs 5", DEADLINE, "did not return in time", HANGS, ""},
	{"a stream that hangs, in C", "streams", "spin 5", DEADLINE, "did not return in time", HANGS, ""},
	{"a nil in a stream", "streams", "misfit 0", BOTH(REFUSED, "nil")},
	{"an element of a type that does not exist", "streams", "misfit 1", BOTH(REFUSED, "type does not exist")},
	{"an element that is not UTF-8", "streams", "misfit 3", BOTH(REFUSED, "not UTF-8")},
	{"an element that the server can't store", "streams", "misfit 4", BOTH(REFUSED, "map key")},
	{"an element that counts more than its bytes", "streams", "misfit 5", BOTH(REFUSED, "counts more items")},
	{"an element that is too deep", "streams", "misfit 6", BOTH(REFUSED, "deeper than 64")},
	{"an output that takes no more", "streams", "copy -1", BOTH(REFUSED, "the device is full")},
};
/* clang-format on */

const size_t fault_count = sizeof(fault_list) / sizeof(*fault_list);

/* Unfenced these are tests of as_module mod_go, which replaces and counts versions. */
const fault_of_many faults_of_many[] = {
	{"64 threads call one module", "a_module_is_replaced_under_load_and_nobody_notices",
     "a_module_replaced_under_load_fails_nobody_and_old_versions_go"},
	{"it is replaced under load", "a_module_is_replaced_under_load_and_nobody_notices",
     "a_module_replaced_under_load_fails_nobody_and_old_versions_go"},
	{"more versions than may be loaded", "", "versions_that_cannot_be_unloaded_are_counted"},
	{"its worker is killed in mid-call", "a_worker_killed_in_mid_call_costs_that_call", ""},
	{"its worker is killed between calls", "a_worker_killed_from_outside_is_replaced", ""},
	{"its host is killed", "workers_end_with_their_host", ""},
	{"it writes over what it shares with its host", "what_is_shared_may_be_written_over", ""},
	{"it forges messages to its host", "messages_may_be_forged", ""},
	{"its message to its host does not end", "a_message_without_end_ends_with_its_call", ""},
	{"workers crash at their start", "workers_that_crash_at_their_start_are_tried_again_ever_later", ""},
	{"workers crash before their first call",
     "workers_that_crash_before_their_first_call_have_successors_with_the_next_call", ""},
	{"a stream function makes no progress", "a_stream_function_that_makes_no_progress_is_ended", ""},
	{"stream functions take all workers", "streams_do_not_keep_records_waiting", ""},
	{"a module prints without end", "output_beyond_the_rate_is_counted_and_dropped", ""},
	{"a module starts threads without end", "a_worker_with_too_many_threads_is_ended", ""},
	{"a call outlives its version", "a_replaced_version_ends_its_calls", ""},
};

const size_t fault_of_many_count = sizeof(faults_of_many) / sizeof(*faults_of_many);
