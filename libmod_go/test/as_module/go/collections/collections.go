// Package collections works on lists, maps and bytes as lua/collections.lua does.
package collections

import (
	"slices"

	"github.com/GeertJohan/aerospike-mod-go/udf"
)

func init() {
	udf.Register("create", Create)
	udf.Register("size", Size)
	udf.Register("iterate", Iterate)
	udf.Register("insert", Insert)
	udf.Register("append", Append)
	udf.Register("prepend", Prepend)
	udf.Register("take", Take)
	udf.Register("remove_at", RemoveAt)
	udf.Register("drop", Drop)
	udf.Register("trim", Trim)
	udf.Register("concat", Concat)
	udf.Register("sum", Sum)
	udf.Register("map_new", MapNew)
	udf.Register("map_get", MapGet)
	udf.Register("map_put", MapPut)
	udf.Register("map_remove", MapRemove)
	udf.Register("map_size", MapSize)
	udf.Register("map_sum", MapSum)
	udf.Register("deep", Deep)
	udf.Register("keep", Keep)
	udf.Register("bytes_size", BytesSize)
	udf.Register("bytes_at", BytesAt)
	udf.Register("bytes_append", BytesAppend)
	udf.Register("bytes_new", BytesNew)
}

func Create(values ...udf.Value) []udf.Value { return append([]udf.Value{}, values...) }

func list(rec *udf.Record, bin string) []udf.Value {
	l, _ := rec.List(bin)
	return l
}

func Size(rec *udf.Record, bin string) int { return len(list(rec, bin)) }

func Iterate(rec *udf.Record, bin string) []udf.Value { return slices.Clone(list(rec, bin)) }

// Insert counts from 1, as Lua does.
func Insert(rec *udf.Record, bin string, at int, value udf.Value) []udf.Value {
	return slices.Insert(list(rec, bin), at-1, value)
}

func Append(rec *udf.Record, bin string, value udf.Value) []udf.Value {
	return append(list(rec, bin), value)
}

func Prepend(rec *udf.Record, bin string, value udf.Value) []udf.Value {
	return append([]udf.Value{value}, list(rec, bin)...)
}

func Take(rec *udf.Record, bin string, count int) []udf.Value {
	l := list(rec, bin)
	return l[:min(count, len(l))]
}

func RemoveAt(rec *udf.Record, bin string, at int) []udf.Value {
	return slices.Delete(list(rec, bin), at-1, at)
}

func Drop(rec *udf.Record, bin string, count int) []udf.Value {
	l := list(rec, bin)
	return l[min(count, len(l)):]
}

func Trim(rec *udf.Record, bin string, at int) []udf.Value { return list(rec, bin)[:at-1] }

func Concat(rec *udf.Record, bin1, bin2 string) []udf.Value {
	return append(list(rec, bin1), list(rec, bin2)...)
}

func Sum(numbers []int64) int64 {
	var sum int64
	for _, n := range numbers {
		sum += n
	}
	return sum
}

func MapNew(pairs ...udf.Value) map[udf.Value]udf.Value {
	m := map[udf.Value]udf.Value{}
	for i := 0; i+1 < len(pairs); i += 2 {
		m[pairs[i]] = pairs[i+1]
	}
	return m
}

func MapGet(rec *udf.Record, bin string, key udf.Value) udf.Value {
	m, _ := rec.Map(bin)
	return m[key]
}

func MapPut(m map[udf.Value]udf.Value, key, value udf.Value) map[udf.Value]udf.Value {
	m[key] = value
	return m
}

func MapRemove(m map[udf.Value]udf.Value, key udf.Value) map[udf.Value]udf.Value {
	delete(m, key)
	return m
}

func MapSize(m map[udf.Value]udf.Value) int { return len(m) }

func MapSum(m map[string]int64) int64 {
	var sum int64
	for _, n := range m {
		sum += n
	}
	return sum
}

// Deep wraps its argument in as many lists as asked for.
func Deep(value udf.Value, lists int) udf.Value {
	for range lists {
		value = []udf.Value{value}
	}
	return value
}

// Keep sets the bin to the collection, stores the record and gives the bin.
func Keep(rec *udf.Record, bin string, value udf.Value) (udf.Value, error) {
	rec.Set(bin, value)
	if err := rec.Update(); err != nil {
		return nil, err
	}
	return rec.Bin(bin), nil
}

func BytesSize(b []byte) int { return len(b) }

// BytesAt counts from 1, as Lua does.
func BytesAt(b []byte, at int) int { return int(b[at-1]) }

func BytesAppend(b []byte, value byte) []byte { return append(b, value) }

func BytesNew(values ...byte) []byte { return append([]byte{}, values...) }
