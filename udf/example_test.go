package udf_test

import (
	"fmt"
	"slices"
	"time"

	"github.com/GeertJohan/aerospike-mod-go/udf"
	"github.com/GeertJohan/aerospike-mod-go/udf/udftest"
)

// Add adds n to the bin "count" and returns the new count.
func Add(r *udf.Record, n int64) (int64, error) {
	count, _ := r.Int("count")
	count += n
	r.Set("count", count)
	if !r.Exists() {
		return count, r.Create()
	}
	return count, r.Update()
}

func ExampleRegister() {
	// In a module this stands in an init function.
	add := udf.Register("add", Add)
	fmt.Println(add.Name())
	// Output: add
}

func ExampleRecord() {
	record := udftest.NewRecord(map[string]udf.Value{"name": "Ann", "visits": 3})
	r := record.UDF()

	name, _ := r.String("name")
	visits, ok := r.Int("visits")
	fmt.Println(name, visits, ok)

	_, ok = r.Int("name") // another type
	fmt.Println(ok)
	// Output:
	// Ann 3 true
	// false
}

func ExampleRecord_Update() {
	record := udftest.NewRecord(map[string]udf.Value{"n": 1})
	r := record.UDF()

	r.Set("a much too long name", 2) // the error is deferred…
	fmt.Println(r.Update())          // …and returned here
	// Output: updating the record: setting the bin "a much too long name": a bin's name has at most 15 bytes, this one has 20
}

func ExampleRecord_Set() {
	record := udftest.NewRecord(map[string]udf.Value{"old": 1})
	r := record.UDF()

	r.Set("tags", []string{"a", "b"})
	r.Set("home", struct {
		City string `udf:"city"`
	}{"Delft"})
	r.Set("old", nil) // like Unset
	fmt.Println(r.Update(), record.Stored())
	// Output: <nil> map[home:map[city:Delft] tags:[a b]]
}

func ExampleRecord_Create() {
	record := udftest.NewRecord(nil, udftest.Absent())
	r := record.UDF()

	fmt.Println(r.Exists())
	r.Set("n", 1)
	r.SetTTL(24 * time.Hour)
	fmt.Println(r.Create(), r.Exists(), r.Generation(), r.TTL())
	// Output:
	// false
	// <nil> true 1 24h0m0s
}

func ExampleRecord_Remove() {
	record := udftest.NewRecord(map[string]udf.Value{"n": 1})
	fmt.Println(record.UDF().Remove(), record.Stored() == nil)
	// Output: <nil> true
}

func ExampleRecord_Bins() {
	record := udftest.NewRecord(map[string]udf.Value{"b": 2, "a": 1, "name": "Ann"})
	for name, v := range record.UDF().Bins() {
		fmt.Println(name, v)
	}
	// Output:
	// a 1
	// b 2
	// name Ann
}

func ExampleRecord_Key() {
	record := udftest.NewRecord(nil, udftest.WithKey(udf.Key{Namespace: "test", Set: "users", Value: "ann"}))
	key := record.UDF().Key()
	fmt.Println(key.Namespace, key.Set, key.Value)
	// Output: test users ann
}

func ExampleGet() {
	type Address struct {
		City string `udf:"city"`
		Zip  string `udf:"zip,omitempty"`
	}
	record := udftest.NewRecord(map[string]udf.Value{"home": Address{City: "Delft"}})

	home, err := udf.Get[Address](record.UDF(), "home")
	fmt.Println(home.City, err)

	_, err = udf.Get[int64](record.UDF(), "home")
	fmt.Println(err)
	// Output:
	// Delft <nil>
	// bin "home": expected an integer, got a map of 1
}

func ExampleLog() {
	udf.Log(udf.Info, "tokens refilled", "user", "ann", "tokens", 10)
	// The host logs: tokens refilled user=ann tokens=10
}

// ByCity counts records by their city.
func ByCity(s *udf.Stream) *udf.Stream {
	counts := udf.Aggregate(s, map[string]int64{}, func(counts map[string]int64, r *udf.Record) map[string]int64 {
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

func ExampleStream() {
	var people []any
	for _, city := range []string{"Delft", "Gent", "Delft"} {
		people = append(people, udftest.NewRecord(map[string]udf.Value{"city": city}))
	}

	counts, err := udftest.Run(udftest.NewStream(people...), ByCity)

	fmt.Println(counts, err)
	// Output: [map[Delft:2 Gent:1]] <nil>
}

func ExampleFilter() {
	numbers := udftest.NewStream(1, 2, 3, 4)
	even := func(s *udf.Stream) *udf.Stream {
		return udf.Filter(s, func(n int64) bool { return n%2 == 0 })
	}
	fmt.Println(udftest.Run(numbers, even))
	// Output: [2 4] <nil>
}

func ExampleMap() {
	numbers := udftest.NewStream(1, 2)
	halves := func(s *udf.Stream) *udf.Stream {
		return udf.Map(s, func(n int64) float64 { return float64(n) / 2 })
	}
	fmt.Println(udftest.Run(numbers, halves))
	// Output: [0.5 1] <nil>
}

func ExampleAggregate() {
	words := udftest.NewStream("a", "bcd")
	lengths := func(s *udf.Stream) *udf.Stream {
		return udf.Aggregate(s, 0, func(sum int, word string) int { return sum + len(word) })
	}
	fmt.Println(udftest.Run(words, lengths))
	fmt.Println(udftest.RunOnNodes(2, words, lengths)) // one of each node, because there is no Reduce
	// Output:
	// [4] <nil>
	// [1 3] <nil>
}

func ExampleReduce() {
	words := udftest.NewStream("a", "bcd", "ef")
	longest := func(s *udf.Stream) *udf.Stream {
		return udf.Reduce(s, func(a, b string) string {
			if len(a) >= len(b) {
				return a
			}
			return b
		})
	}
	fmt.Println(udftest.Run(words, longest))
	fmt.Println(udftest.RunOnNodes(3, words, longest)) // once on each node, and once on their results
	// Output:
	// [bcd] <nil>
	// [bcd] <nil>
}

func ExampleStream_Records() {
	records := udftest.NewStream(
		udftest.NewRecord(map[string]udf.Value{"n": 1}),
		udftest.NewRecord(map[string]udf.Value{"n": 2}),
	)
	sum := func(s *udf.Stream) *udf.Stream {
		total := int64(0)
		for r := range s.Records() { // on its node
			n, _ := r.Int("n")
			total += n
		}
		sums := udf.StreamOf(slices.Values([]int64{total}))
		return udf.Reduce(sums, func(a, b int64) int64 { return a + b })
	}
	fmt.Println(udftest.RunOnNodes(2, records, sum))
	// Output: [3] <nil>
}

func ExampleStreamOf() {
	records := udftest.NewStream(
		udftest.NewRecord(map[string]udf.Value{"tags": []string{"a", "b"}}),
		udftest.NewRecord(map[string]udf.Value{"tags": []string{"c"}}),
	)
	tags := func(s *udf.Stream) *udf.Stream {
		return udf.StreamOf(func(yield func(string) bool) {
			for r := range s.Records() {
				tags, _ := udf.Get[[]string](r, "tags")
				for _, tag := range tags {
					if !yield(tag) {
						return
					}
				}
			}
		})
	}
	fmt.Println(udftest.Run(records, tags))
	// Output: [a b c] <nil>
}
