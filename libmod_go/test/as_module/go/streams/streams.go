// Package streams does what lua/streams.lua does: the cases of mod-lua's own stream tests, and more of their kind.
package streams

import (
	"errors"
	"strings"
	"time"

	"github.com/GeertJohan/aerospike-mod-go/udf"
)

func init() {
	udf.Register("even", Even)
	udf.Register("increment", Increment)
	udf.Register("sum", Sum)
	udf.Register("product", Product)
	udf.Register("rollup", Rollup)
	udf.Register("rollup2", Rollup2)
	udf.Register("views", Views)
	udf.Register("group", Group)
	udf.Register("echo", Echo)
	udf.Register("add", Add)
	udf.Register("over", Over)
	udf.Register("bins", Bins)
	udf.Register("bin", Bin)
	udf.Register("sum_bin", SumBin)
	udf.Register("sum_on_match", SumOnMatch)
	udf.Register("join", Join)
	udf.Register("squares_of_sum", SquaresOfSum)
	udf.Register("fail", Fail)
	udf.Register("fail_at", FailAt)
	udf.Register("panic_at", PanicAt)
	udf.Register("nil_at", NilAt)
	udf.Register("give_records", GiveRecords)
	udf.Register("set_bin", SetBin)
	udf.Register("facts", Facts)
	udf.Register("hang", Hang)
	udf.Register("deep", Deep)
	udf.Register("log", Log)
}

// Even keeps the even numbers.
func Even(s *udf.Stream) *udf.Stream {
	return udf.Filter(s, func(n int64) bool { return n%2 == 0 })
}

// Increment adds one to each.
func Increment(s *udf.Stream) *udf.Stream {
	return udf.Map(s, func(n int64) int64 { return n + 1 })
}

// Sum adds all up.
func Sum(s *udf.Stream) *udf.Stream {
	return udf.Reduce(s, func(a, b int64) int64 { return a + b })
}

// Product multiplies all.
func Product(s *udf.Stream) *udf.Stream {
	return udf.Reduce(s, func(a, b int64) int64 { return a * b })
}

type views struct {
	Campaign int64 `udf:"campaign"`
	Views    int64 `udf:"views"`
}

func viewsOf(r *udf.Record) views {
	campaign, _ := r.Int("campaign")
	n, _ := r.Int("views")
	return views{campaign, n}
}

func merge(a, b map[int64]int64) map[int64]int64 {
	for k, n := range b {
		a[k] += n
	}
	return a
}

// Rollup sums views by campaign, a map for each record.
func Rollup(s *udf.Stream) *udf.Stream {
	maps := udf.Map(s, func(r *udf.Record) map[int64]int64 {
		v := viewsOf(r)
		return map[int64]int64{v.Campaign: v.Views}
	})
	return udf.Reduce(maps, merge)
}

// Rollup2 sums views by campaign, in one map.
func Rollup2(s *udf.Stream) *udf.Stream {
	return udf.Aggregate(s, map[int64]int64{}, func(m map[int64]int64, r *udf.Record) map[int64]int64 {
		v := viewsOf(r)
		m[v.Campaign] += v.Views
		return m
	})
}

// Views adds up all views.
func Views(s *udf.Stream) *udf.Stream {
	return Sum(udf.Map(s, func(r *udf.Record) int64 { return viewsOf(r).Views }))
}

// Group lists the ids of each campaign, on each node and of all.
func Group(s *udf.Stream) *udf.Stream {
	groups := udf.Aggregate(s, map[int64][]int64{}, func(m map[int64][]int64, r *udf.Record) map[int64][]int64 {
		id, _ := r.Int("id")
		campaign := viewsOf(r).Campaign
		m[campaign] = append(m[campaign], id)
		return m
	})
	return udf.Reduce(groups, func(a, b map[int64][]int64) map[int64][]int64 {
		for k, ids := range b {
			a[k] = append(a[k], ids...)
		}
		return a
	})
}

// Echo passes everything on.
func Echo(s *udf.Stream) *udf.Stream {
	return udf.Map(s, func(v udf.Value) udf.Value { return v })
}

// Add adds its argument to each.
func Add(s *udf.Stream, n int64) *udf.Stream {
	return udf.Map(s, func(m int64) int64 { return m + n })
}

// Over keeps what is over the limit and doubles it.
func Over(s *udf.Stream, limit float64) *udf.Stream {
	return udf.Map(udf.Filter(s, func(f float64) bool { return f > limit }), func(f float64) float64 { return 2 * f })
}

// Bins gives the values of the named bins of each record.
func Bins(s *udf.Stream, names []string) *udf.Stream {
	return udf.Map(s, func(r *udf.Record) []udf.Value {
		values := []udf.Value{}
		for _, name := range names {
			values = append(values, r.Bin(name))
		}
		return values
	})
}

// Bin gives one bin of the records that have it.
func Bin(s *udf.Stream, name string) *udf.Stream {
	having := udf.Filter(s, func(r *udf.Record) bool { return r.Bin(name) != nil })
	return udf.Map(having, func(r *udf.Record) udf.Value { return r.Bin(name) })
}

// SumBin adds up a bin, with nothing to reduce where no record came.
func SumBin(s *udf.Stream, name string) *udf.Stream {
	return udf.Reduce(udf.Map(s, func(r *udf.Record) int64 {
		n, _ := r.Int(name)
		return n
	}), func(a, b int64) int64 { return a + b })
}

// SumOnMatch adds up the bin of the records in which it has this value.
func SumOnMatch(s *udf.Stream, name string, value int64) *udf.Stream {
	return Sum(udf.Map(s, func(r *udf.Record) int64 {
		if n, ok := r.Int(name); ok && n == value {
			return n
		}
		return 0
	}))
}

// Join joins texts.
func Join(s *udf.Stream, separator string) *udf.Stream {
	return udf.Reduce(s, func(a, b string) string { return strings.Join([]string{a, b}, separator) })
}

// SquaresOfSum has a stage behind the final reduce.
func SquaresOfSum(s *udf.Stream) *udf.Stream {
	return udf.Map(Sum(Increment(s)), func(n int64) int64 { return n * n })
}

// Fail gives no stream.
func Fail(s *udf.Stream) (*udf.Stream, error) { return nil, errors.New("no stream today") }

func at(s *udf.Stream, place int64, do func()) *udf.Stream {
	return udf.Map(s, func(n int64) int64 {
		if n == place {
			do()
		}
		return n
	})
}

// FailAt divides by nothing at an element.
func FailAt(s *udf.Stream, place int64) *udf.Stream {
	var none []int64
	return at(s, place, func() { none[place] = 1 })
}

// PanicAt panics at an element.
func PanicAt(s *udf.Stream, place int64) *udf.Stream {
	return at(s, place, func() { panic("enough of this") })
}

// NilAt gives nil in the place of an element.
func NilAt(s *udf.Stream, place int64) *udf.Stream {
	return udf.Map(s, func(n int64) udf.Value {
		if n == place {
			return nil
		}
		return n
	})
}

// GiveRecords gives what cannot leave its node.
func GiveRecords(s *udf.Stream) *udf.Stream {
	return udf.Filter(s, func(r *udf.Record) bool { return true })
}

// SetBin sets a bin of a record that can only be read.
func SetBin(s *udf.Stream) *udf.Stream {
	return udf.Map(s, func(r *udf.Record) int64 {
		r.Set("id", 1)
		return 1
	})
}

// Facts returns the metadata of the records.
func Facts(s *udf.Stream) *udf.Stream {
	return udf.Map(s, func(r *udf.Record) []udf.Value {
		return []udf.Value{int64(r.Generation()), r.SetName(), r.Digest(), r.Exists()}
	})
}

// Hang never ends.
func Hang(s *udf.Stream) *udf.Stream {
	return at(s, 2, func() { time.Sleep(time.Hour) })
}

// Deep gives lists within lists.
func Deep(s *udf.Stream) *udf.Stream {
	return udf.Map(s, func(depth int64) udf.Value {
		var v udf.Value = int64(1)
		for range depth {
			v = []udf.Value{v}
		}
		return v
	})
}

// Log writes a line for each.
func Log(s *udf.Stream) *udf.Stream {
	return udf.Map(s, func(n int64) int64 {
		udf.Log(udf.Info, "element")
		return n
	})
}
