// Command cmd is what modgo generates to link a UDF module with a symbol for each UDF. The last three symbols
// are of a builder that errs: they must be answered, not crash.
package main

/*
#include <stddef.h>

struct aerospike_udf_go_call;
struct aerospike_udf_go_record;
struct aerospike_udf_go_stream;
struct aerospike_udf_go_value;
struct aerospike_udf_go_result;

__attribute__((weak)) int modgo_apply_single_at(int index, struct aerospike_udf_go_call *call,
	struct aerospike_udf_go_record *record, struct aerospike_udf_go_value *arguments, size_t count,
	struct aerospike_udf_go_result *result);
__attribute__((weak)) int modgo_apply_stream_at(int index, struct aerospike_udf_go_call *call, int scope,
	struct aerospike_udf_go_stream *input, struct aerospike_udf_go_stream *output,
	struct aerospike_udf_go_value *arguments, size_t count, struct aerospike_udf_go_result *result);

#define RECORD_UDF(symbol, index)                                                                          \
	__attribute__((visibility("default"))) int symbol(                                                      \
		struct aerospike_udf_go_call *call, struct aerospike_udf_go_record *record,                          \
		struct aerospike_udf_go_value *arguments, size_t count, struct aerospike_udf_go_result *result)      \
	{                                                                                                       \
		return modgo_apply_single_at(index, call, record, arguments, count, result);                         \
	}
#define STREAM_UDF(symbol, index)                                                                          \
	__attribute__((visibility("default"))) int symbol(                                                      \
		struct aerospike_udf_go_call *call, int scope, struct aerospike_udf_go_stream *input,                \
		struct aerospike_udf_go_stream *output, struct aerospike_udf_go_value *arguments, size_t count,      \
		struct aerospike_udf_go_result *result)                                                              \
	{                                                                                                       \
		return modgo_apply_stream_at(index, call, scope, input, output, arguments, count, result);           \
	}

RECORD_UDF(modgo_udf_getBin, 0)
RECORD_UDF(modgo_udf_increase, 1)
STREAM_UDF(modgo_udf_count, 2)
RECORD_UDF(modgo_udf_gone, 3)
RECORD_UDF(modgo_udf_beyond, 4)
RECORD_UDF(modgo_udf_elsewhere, 2)
*/
import "C"

import (
	_ "example.com/module/dispatch"

	"github.com/GeertJohan/aerospike-mod-go/udf"
)

func init() {
	udf.Build(udf.BuildInfo{
		Dispatch: "exported", Build: `{"target":"linux/amd64"}`,
		Symbols: []string{"getBin", "increase", "count", "gone"},
	})
}

func main() {}
