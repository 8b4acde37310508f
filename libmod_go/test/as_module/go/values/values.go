// Package values takes and gives values of every type, and fails in every way, as lua/values.lua does.
package values

import (
	"errors"

	"github.com/GeertJohan/aerospike-mod-go/udf"
)

func init() {
	udf.Register("echo", Echo)
	udf.Register("count", Count)
	udf.Register("get_nothing", func() {})
	udf.Register("get_nil", func() udf.Value { return nil })
	udf.Register("get_boolean", func() bool { return true })
	udf.Register("get_integer", func() int64 { return 123 })
	udf.Register("get_float", func() float64 { return 123.987 })
	udf.Register("get_string", func() string { return "abc" })
	udf.Register("get_list", func() []int { return []int{1, 2, 3} })
	udf.Register("get_map", func() map[string]int { return map[string]int{"c": 3, "a": 1, "b": 2} })
	udf.Register("get_bytes", func() []byte { return []byte{0, 1, 255} })
	udf.Register("get_geojson", func() udf.GeoJSON { return `{"type":"Point","coordinates":[1,2]}` })
	udf.Register("get_long_string", LongString)
	udf.Register("add", func(a, b int64) int64 { return a + b })
	udf.Register("add_floats", func(a, b float64) float64 { return a + b })
	udf.Register("concat", func(a, b string) string { return a + b })
	udf.Register("length", func(a string) int { return len(a) })
	udf.Register("negate", func(a bool) bool { return !a })
	udf.Register("fail", func() error { return errors.New("no more tokens") })
	udf.Register("dereference_nil", DereferenceNil)
	udf.Register("index_outside", func(list []int64, at int) int64 { return list[at] })
	udf.Register("give_panic", func() { panic("it cannot go on") })
}

func Echo(value udf.Value) udf.Value { return value }

func Count(values ...udf.Value) int { return len(values) }

func LongString(length int) string {
	text := make([]byte, length)
	for i := range text {
		text[i] = 'a' + byte(i%26)
	}
	return string(text)
}

type node struct{ next *node }

func DereferenceNil() bool {
	var first *node
	return first.next == nil
}
