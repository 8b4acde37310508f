// Package web imports net/http, so that it is larger than what a server takes as one file.
package web

import (
	"net/http"

	"github.com/GeertJohan/aerospike-mod-go/udf"
)

func init() { udf.Register("status", Status) }

func Status(code int) string { return http.StatusText(code) }

// Serve keeps the server in the module; nothing calls it.
var Serve = http.ListenAndServe
