// Package cases does what lua/cases.lua does: what mod-lua's own test functions do beside records, collections and values.
package cases

import (
	"encoding/binary"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/GeertJohan/aerospike-mod-go/udf"
)

func init() {
	udf.Register("clone", Clone)
	udf.Register("concat", Concat)
	udf.Register("merge", Merge)
	udf.Register("add", Add)
	udf.Register("sub", Sub)
	udf.Register("mult", Mult)
	udf.Register("div", Div)
	udf.Register("pow", Pow)
	udf.Register("mod", Mod)
	udf.Register("difference", Difference)
	udf.Register("join", Join)
	udf.Register("join_bins", JoinBins)
	udf.Register("text_length", TextLength)
	udf.Register("two_bins", TwoBins)
	udf.Register("set_and_create", SetAndCreate)
	udf.Register("create_record", CreateRecord)
	udf.Register("many_bins", ManyBins)
	udf.Register("new_map", NewMap)
	udf.Register("put_map", PutMap)
	udf.Register("get_in_map", GetInMap)
	udf.Register("odd_pairs", OddPairs)
	udf.Register("integers_in_bytes", IntegersInBytes)
	udf.Register("append_integers", AppendIntegers)
	udf.Register("index_bytes", IndexBytes)
	udf.Register("lists_of_bytes", ListsOfBytes)
	udf.Register("text_in_bytes", TextInBytes)
}

func list(rec *udf.Record, bin string) []udf.Value {
	l, _ := rec.List(bin)
	return l
}

// Clone gives a copy that was added to, and the list that it was copied from.
func Clone(rec *udf.Record, bin string) [][]udf.Value {
	l := list(rec, bin)
	return [][]udf.Value{append(slices.Clone(l), "more"), l}
}

// Concat adds the second list to the first one, and stores it.
func Concat(rec *udf.Record, bin1, bin2 string) (int, error) {
	l := append(list(rec, bin1), list(rec, bin2)...)
	rec.Set(bin1, l)
	return len(l), rec.Update()
}

// Merge gives both in a new list, and their sizes afterwards.
func Merge(rec *udf.Record, bin1, bin2 string) []udf.Value {
	merged := slices.Concat(list(rec, bin1), list(rec, bin2))
	return []udf.Value{merged, len(list(rec, bin1)), len(list(rec, bin2))}
}

func fold[T any](first T, rest []T, f func(a, b T) T) T {
	for _, n := range rest {
		first = f(first, n)
	}
	return first
}

func Add(first int64, rest ...int64) int64 {
	return fold(first, rest, func(a, b int64) int64 { return a + b })
}

func Sub(first int64, rest ...int64) int64 {
	return fold(first, rest, func(a, b int64) int64 { return a - b })
}

func Mult(first int64, rest ...int64) int64 {
	return fold(first, rest, func(a, b int64) int64 { return a * b })
}

// Mod counts on from below zero, as Lua does.
func Mod(first int64, rest ...int64) int64 {
	return fold(first, rest, func(a, b int64) int64 { return ((a % b) + b) % b })
}

func Div(first float64, rest ...float64) float64 {
	return fold(first, rest, func(a, b float64) float64 { return a / b })
}

func Pow(first float64, rest ...float64) float64 { return fold(first, rest, math.Pow) }

func Difference(a, b int64) int64 { return Sub(a, b) }

func Join(delimiter string, texts ...string) string { return strings.Join(texts, delimiter) }

func JoinBins(rec *udf.Record, delimiter string, bins ...string) string {
	texts := make([]string, len(bins))
	for i, bin := range bins {
		texts[i], _ = rec.String(bin)
	}
	return strings.Join(texts, delimiter)
}

func TextLength(text string) int { return len(text) }

// TwoBins sets two bins and gives a third.
func TwoBins(rec *udf.Record, bin1 string, value1 udf.Value, bin2 string, value2 udf.Value) (udf.Value, error) {
	rec.Set(bin1, value1)
	rec.Set(bin2, value2)
	if err := rec.Update(); err != nil {
		return nil, err
	}
	return rec.Bin("b"), nil
}

// SetAndCreate creates also what is there, whatever becomes of that.
func SetAndCreate(rec *udf.Record, bin string, value udf.Value) udf.Value {
	old := rec.Bin(bin)
	rec.Set(bin, value)
	_ = rec.Create()
	return old
}

// CreateRecord creates the record where there is none, and then sets up to two bins.
func CreateRecord(rec *udf.Record, bin1 string, value1 udf.Value, bin2 *string, value2 udf.Value) (udf.Value, error) {
	if !rec.Exists() {
		if err := rec.Create(); err != nil {
			return nil, err
		}
	}
	rec.Set(bin1, value1)
	if bin2 != nil {
		rec.Set(*bin2, value2)
	}
	return rec.Bin(bin1), rec.Update()
}

// ManyBins sets so many bins, and gives the last.
func ManyBins(rec *udf.Record, count int) (udf.Value, error) {
	if !rec.Exists() {
		if err := rec.Create(); err != nil {
			return nil, err
		}
	}
	for i := 1; i <= count; i++ {
		rec.Set("bin"+strconv.Itoa(i), i)
	}
	return rec.Bin("bin" + strconv.Itoa(count)), rec.Update()
}

// NewMap gives one of three.
func NewMap(a, b, c udf.Value) udf.Value {
	return map[string]udf.Value{"a": a, "b": b, "c": c}["b"]
}

// PutMap stores a map with the record that it creates or updates.
func PutMap(rec *udf.Record, bin string, m map[udf.Value]udf.Value) (udf.Value, error) {
	store := rec.Update
	if !rec.Exists() {
		store = rec.Create
	}
	rec.Set(bin, m)
	return rec.Bin(bin), store()
}

func GetInMap(rec *udf.Record, bin string, key udf.Value) udf.Value {
	m, _ := rec.Map(bin)
	return m[key]
}

// OddPairs panics where a key has no value.
func OddPairs(pairs ...udf.Value) int {
	if len(pairs)%2 != 0 {
		panic("odd number of elements")
	}
	return len(pairs) / 2
}

// IntegersInBytes writes integers of each size at their places, and reads them back.
func IntegersInBytes(n int64) []udf.Value {
	b := make([]byte, 14)
	binary.BigEndian.PutUint16(b, uint16(n))
	binary.BigEndian.PutUint32(b[2:], uint32(n))
	binary.LittleEndian.PutUint64(b[6:], uint64(n))
	return []udf.Value{b, int16(binary.BigEndian.Uint16(b)), int32(binary.BigEndian.Uint32(b[2:])),
		int64(binary.LittleEndian.Uint64(b[6:]))}
}

// AppendIntegers does it one behind the other.
func AppendIntegers(n int64) []byte {
	b := binary.BigEndian.AppendUint16(nil, uint16(n))
	b = binary.LittleEndian.AppendUint16(b, uint16(n))
	b = binary.BigEndian.AppendUint32(b, uint32(n))
	return binary.BigEndian.AppendUint64(b, uint64(n))
}

// IndexBytes sets bytes by their places, which are counted from 1, and gives one.
func IndexBytes(first, second byte) []udf.Value {
	b := make([]byte, 2)
	b[0], b[1] = first, second
	return []udf.Value{b, b[1], len(b)}
}

// ListsOfBytes stores a list of bytes.
func ListsOfBytes(rec *udf.Record, bin string, count int) (int, error) {
	var l [][]byte
	for i := 1; i <= count; i++ {
		l = append(l, []byte{byte(i), byte(i * 5), byte(i * 10)})
	}
	rec.Set(bin, l)
	return len(l), rec.Update()
}

// TextInBytes puts a text into bytes, and takes a part of it out.
func TextInBytes(text string, from, length int) []udf.Value {
	b := []byte(text)
	return []udf.Value{b, string(b[from-1 : from-1+length])}
}
