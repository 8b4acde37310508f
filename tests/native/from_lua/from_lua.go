// Package from_lua does what from_lua.lua does, as nearly as Go does. ../test_from_lua.py shows where they differ.
package from_lua

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/GeertJohan/aerospike-mod-go/udf"
)

func init() {
	udf.Register("count", Count)
	udf.Register("divide", func(a, b int64) int64 { return a / b })
	udf.Register("floor_divide", func(a, b int64) int64 { return a / b })
	udf.Register("divide_doubles", func(a, b float64) float64 { return a / b })
	udf.Register("remainder", func(a, b int64) int64 { return a % b })
	udf.Register("add", func(a, b int64) int64 { return a + b })
	udf.Register("add_narrow", func(a, b int32) int32 { return a + b })
	udf.Register("equal", func(a, b udf.Value) bool { return a == b })
	udf.Register("is_true", func(n int64) bool { return n != 0 })
	udf.Register("length", func(s string) int { return len(s) })
	udf.Register("upper", strings.ToUpper)
	udf.Register("as_string", func(b []byte) string { return string(b) })
	udf.Register("join", func(a, b udf.Value) string { return fmt.Sprint(a) + fmt.Sprint(b) })
	udf.Register("make_list", func() []udf.Value { return []udf.Value{1, nil, 3} })
	udf.Register("at", func(l []int64, i int) int64 { return l[i] })
	udf.Register("sum_up", SumUp)
	udf.Register("count_of", func(m map[string]int64, key string) int64 { return m[key] })
	udf.Register("set_nil", SetNil)
	udf.Register("first_keys", FirstKeys)
	udf.Register("sorted_keys", SortedKeys)
	udf.Register("merge", Merge)
	udf.Register("kind", Kind)
	udf.Register("two", func() (int64, error) { return 1, nil })
	udf.Register("optional", Optional)
	udf.Register("fail", func() error { return errors.New("no more tokens") })
	udf.Register("recover_from_error", RecoverFromError)
	udf.Register("append_in_place", AppendInPlace)
	udf.Register("set_without_update", SetWithoutUpdate)
	udf.Register("fail_after_update", FailAfterUpdate)
	udf.Register("long_bin", LongBin)
	udf.Register("create_twice", CreateTwice)
	udf.Register("remove_and_ask", RemoveAndAsk)
	udf.Register("remove_set_create", RemoveSetCreate)
	udf.Register("names_after_set", NamesAfterSet)
	udf.Register("speak", Speak)
	udf.Register("nil_in_between", NilInBetween)
	udf.Register("sum_stream", SumStream)
	udf.Register("group", Group)
}

// Count adds n to a counter and returns it.
func Count(rec *udf.Record, bin string, n int64) (int64, error) {
	count, _ := rec.Int(bin) // 0 if there is none
	count += n
	rec.Set(bin, count)
	if rec.Exists() {
		return count, rec.Update()
	}
	return count, rec.Create()
}

func SumUp(l []int64) int64 {
	var sum int64
	for _, n := range l {
		sum += n
	}
	return sum
}

func SetNil(m map[string]udf.Value, key string) map[string]udf.Value {
	m[key] = nil
	return m
}

// FirstKeys returns the first key of each of 100 iterations, without those that came before.
func FirstKeys(m map[string]int64) []string {
	seen := map[string]bool{}
	for range 100 {
		for key := range m {
			seen[key] = true
			break
		}
	}
	return slices.Collect(maps.Keys(seen))
}

func SortedKeys(m map[string]int64) []string { return slices.Sorted(maps.Keys(m)) }

// Merge returns for the keys of both maps whether the first value is greater.
func Merge(a, b map[string]int64) map[string]udf.Value {
	merged := map[string]udf.Value{}
	for key, value := range a {
		merged[key] = value
	}
	for key, value := range b {
		merged[key] = value
		if other, ok := a[key]; ok {
			merged[key] = other > value
		}
	}
	return merged
}

func Kind(v udf.Value) string {
	switch v.(type) {
	case map[udf.Value]udf.Value:
		return "map"
	case []udf.Value:
		return "list"
	case int64:
		return "integer"
	case float64:
		return "number"
	case string:
		return "string"
	case bool:
		return "boolean"
	}
	return "nil"
}

// Optional has a last argument that may be missing.
func Optional(a int64, rest ...int64) int64 {
	if len(rest) == 0 {
		return a
	}
	return a + rest[0]
}

func RecoverFromError() string {
	if err := errors.New("no more tokens"); err != nil {
		return "went on"
	}
	return "no error"
}

// AppendInPlace appends to the list of a bin, and returns how long the bin's list is then.
func AppendInPlace(rec *udf.Record, bin string) int {
	list, _ := rec.List(bin)
	_ = append(list, 4)
	list, _ = rec.List(bin)
	return len(list)
}

func SetWithoutUpdate(rec *udf.Record) int64 {
	rec.Set("n", 2)
	n, _ := rec.Int("n")
	return n
}

func FailAfterUpdate(rec *udf.Record) error {
	rec.Set("n", 2)
	if err := rec.Update(); err != nil {
		return err
	}
	return errors.New("too late")
}

// LongBin sets a bin whose name is too long.
func LongBin(rec *udf.Record) error {
	rec.Set("a_name_of_more_than_15", 2)
	return rec.Update()
}

func CreateTwice(rec *udf.Record) error { return rec.Create() }

func RemoveAndAsk(rec *udf.Record) (bool, error) {
	err := rec.Remove()
	return rec.Exists(), err
}

func RemoveSetCreate(rec *udf.Record) error {
	if err := rec.Remove(); err != nil {
		return err
	}
	rec.Set("n", 2)
	return rec.Create()
}

func NamesAfterSet(rec *udf.Record) []string {
	rec.Set("new", int64(1))
	rec.Unset("n")
	var names []string
	for name := range rec.Bins() {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func Speak(name string, n int) {
	udf.Log(udf.Debug, "debug", "name", name)
	udf.Log(udf.Info, "info", "n", n)
	udf.Log(udf.Warning, "warn")
	udf.Log(udf.Error, "error")
}

// NilInBetween gives nil for the record whose n is 2.
func NilInBetween(s *udf.Stream) *udf.Stream {
	return udf.Map(s, func(r *udf.Record) udf.Value {
		n, _ := r.Int("n")
		if n == 2 {
			return nil
		}
		return n
	})
}

// SumStream adds up without a Reduce.
func SumStream(s *udf.Stream) *udf.Stream {
	return udf.Aggregate(s, int64(0), func(sum int64, r *udf.Record) int64 {
		n, _ := r.Int("n")
		return sum + n
	})
}

// Group groups numbers by whether they are odd.
func Group(s *udf.Stream) *udf.Stream {
	type groups = map[int64][]int64
	numbers := udf.Map(s, func(r *udf.Record) int64 { n, _ := r.Int("n"); return n })
	grouped := udf.Aggregate(numbers, groups{}, func(m groups, n int64) groups {
		m[n%2] = append(m[n%2], n)
		return m
	})
	return udf.Reduce(grouped, func(a, b groups) groups {
		for key, numbers := range b {
			a[key] = append(a[key], numbers...)
		}
		return a
	})
}
