package udfslog_test

import (
	"log/slog"

	"github.com/GeertJohan/aerospike-mod-go/udf"
	"github.com/GeertJohan/aerospike-mod-go/udf/udfslog"
)

var log = slog.New(udfslog.NewHandler())

// Refill fills a bucket of tokens.
func Refill(r *udf.Record, tokens int64) error {
	log.Info("refilled", "tokens", tokens) // the host logs: refilled tokens=10
	r.Set("tokens", tokens)
	return r.Update()
}

func ExampleNewHandler() {
	udf.Register("refill", Refill)
}
