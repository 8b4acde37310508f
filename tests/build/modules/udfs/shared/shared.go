// Package shared brings a registration of its own into the module that imports it.
package shared

import "github.com/GeertJohan/aerospike-mod-go/udf"

// Millis is a duration in milliseconds.
type Millis int64

// Double doubles n.
func Double(n int64) int64 { return 2 * n }

var _ = udf.Register("double", Double)
