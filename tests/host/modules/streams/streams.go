// Package streams has stream UDFs, good and bad.
package streams

import (
	"errors"
	"os"

	"github.com/GeertJohan/aerospike-mod-go/udf"
)

func init() {
	udf.Register("total", total)
	udf.Register("cities", cities)
	udf.Register("texts", texts)
	udf.Register("exits", exits)
	udf.Register("panics", panics)
	udf.Register("hangs", hangs)
	udf.Register("writes", writes)
	udf.Register("reduces", reduces)
	udf.Register("single", func(n int) int { return n })
}

func number(r *udf.Record) int64 {
	n, _ := r.Int("n")
	return n
}

// total adds up n, on each node and then of all.
func total(s *udf.Stream) *udf.Stream {
	return udf.Reduce(udf.Map(s, number), func(a, b int64) int64 { return a + b })
}

// cities has a value that is a map, and an argument.
func cities(s *udf.Stream, least int64) *udf.Stream {
	large := udf.Filter(s, func(r *udf.Record) bool { return number(r) >= least })
	counts := udf.Aggregate(large, map[string]int64{}, func(counts map[string]int64, r *udf.Record) map[string]int64 {
		city, _ := r.String("city")
		counts[city]++
		return counts
	})
	return udf.Reduce(counts, func(a, b map[string]int64) map[string]int64 {
		for city, n := range b {
			a[city] += n
		}
		return a
	})
}

// texts gives a value for each record, and reduces nothing.
func texts(s *udf.Stream) *udf.Stream {
	udf.Log(udf.Info, "reading")
	return udf.Map(s, func(r *udf.Record) string {
		text, _ := r.String("city")
		return text
	})
}

func at(s *udf.Stream, place int64, do func()) *udf.Stream {
	return udf.Map(s, func(r *udf.Record) int64 {
		if n := number(r); n == place {
			do()
		}
		return 0
	})
}

func exits(s *udf.Stream, place int64) *udf.Stream { return at(s, place, func() { os.Exit(7) }) }

func panics(s *udf.Stream, place int64) *udf.Stream {
	return at(s, place, func() { panic(errors.New("in the middle")) })
}

func hangs(s *udf.Stream, place int64) *udf.Stream {
	return at(s, place, func() {
		for {
		}
	})
}

func writes(s *udf.Stream) *udf.Stream {
	return udf.Map(s, func(r *udf.Record) int64 {
		r.Set("n", 1)
		if err := r.Update(); err != nil {
			panic(err)
		}
		return 1
	})
}

// reduces fails where two values meet. A node has one of each record, which are not added up there.
func reduces(s *udf.Stream) *udf.Stream {
	ones := udf.Aggregate(s, int64(0), func(sum int64, _ *udf.Record) int64 { return sum + 1 })
	return udf.Reduce(ones, func(a, b int64) int64 {
		udf.Log(udf.Info, "adding")
		panic(errors.New("no sum"))
	})
}
