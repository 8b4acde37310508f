// Package load holds the functions of make bench-load and make bench-asd. load_lua.lua does the same in Lua.
package load

import (
	"cmp"
	"encoding/json"
	"slices"

	"github.com/GeertJohan/aerospike-mod-go/udf"
)

func init() {
	udf.Register("get_bin", GetBin)
	udf.Register("add", Add)
	udf.Register("sum", Sum)
	udf.Register("top", Top)
	udf.Register("order", Order)
	udf.Register("total", Total)
}

// GetBin returns an integer bin.
func GetBin(rec *udf.Record) int64 {
	n, _ := rec.Int("n")
	return n
}

// Add adds to an integer bin and stores the record, through a helper function.
func Add(rec *udf.Record, amount int64) (int64, error) {
	return store(rec, "n", amount)
}

func store(rec *udf.Record, bin string, amount int64) (int64, error) {
	n, _ := rec.Int(bin)
	n += amount
	rec.Set(bin, n)
	return n, rec.Update()
}

// Sum adds up a list of 100 integers.
func Sum(rec *udf.Record) (int64, error) {
	numbers, err := udf.Get[[]int64](rec, "numbers")
	var sum int64
	for _, n := range numbers {
		sum += n
	}
	return sum, err
}

// Top returns the names with the ten highest of 100 scores, the highest first.
func Top(rec *udf.Record) ([]string, error) {
	scores, err := udf.Get[map[string]int64](rec, "scores")
	names := make([]string, 0, len(scores))
	for name := range scores {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(scores[b], scores[a]), cmp.Compare(a, b))
	})
	return names[:min(10, len(names))], err
}

// Order returns the value of an order, which is JSON of 4 KB.
func Order(rec *udf.Record) (int64, error) {
	var order struct {
		Items []struct {
			Cents int64
			Count int64
		}
	}
	text, _ := rec.String("order")
	err := json.Unmarshal([]byte(text), &order)
	var value int64
	for _, item := range order.Items {
		value += item.Cents * item.Count
	}
	return value, err
}

// Total adds up an integer bin of all records.
func Total(s *udf.Stream) *udf.Stream {
	sum := udf.Aggregate(s, int64(0), func(sum int64, r *udf.Record) int64 {
		n, _ := r.Int("n")
		return sum + n
	})
	return udf.Reduce(sum, func(a, b int64) int64 { return a + b })
}
