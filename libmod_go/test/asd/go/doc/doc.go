// Package doc imports encoding/json.
package doc

import (
	"encoding/json"

	"github.com/GeertJohan/aerospike-mod-go/udf"
)

func init() { udf.Register("encode", Encode) }

// Encode gives the bins as JSON.
func Encode(rec *udf.Record) (string, error) {
	bins := map[string]any{}
	for name, value := range rec.Bins() {
		bins[name] = value
	}
	text, err := json.Marshal(bins)
	return string(text), err
}
