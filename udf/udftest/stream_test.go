package udftest_test

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/GeertJohan/aerospike-mod-go/udf"
	"github.com/GeertJohan/aerospike-mod-go/udf/udftest"
)

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

func ExampleRunOnNodes() {
	var people []any
	for _, city := range []string{"Delft", "Gent", "Delft", "Delft"} {
		people = append(people, udftest.NewRecord(map[string]udf.Value{"city": city}))
	}

	counts, err := udftest.RunOnNodes(3, udftest.NewStream(people...), ByCity)

	fmt.Println(counts, err)
	// Output: [map[Delft:3 Gent:1]] <nil>
}

func TestAnyNumberOfNodes(t *testing.T) {
	var people []any
	for _, city := range strings.Fields("a b c a b a d a b c c c e a") {
		people = append(people, udftest.NewRecord(map[string]udf.Value{"city": city}))
	}
	want, err := udftest.Run(udftest.NewStream(people...), ByCity)
	if err != nil || len(want) != 1 {
		t.Fatal(want, err)
	}
	for n := 1; n < 20; n++ {
		got, err := udftest.RunOnNodes(n, udftest.NewStream(people...), ByCity)
		if err != nil {
			t.Fatal(n, err)
		}
		merged := got[0].(map[udf.Value]udf.Value)
		if len(got) != 1 || !reflect.DeepEqual(merged, want[0]) {
			t.Error(n, got, want)
		}
	}
}

func TestRun(t *testing.T) {
	numbers := udftest.NewStream(1, 2, 3)
	sum := func(s *udf.Stream) *udf.Stream { return udf.Reduce(s, func(a, b int) int { return a + b }) }
	for range 2 { // a stream can be run again
		if got, err := udftest.Run(numbers, sum); err != nil || !reflect.DeepEqual(got, []udf.Value{int64(6)}) {
			t.Error(got, err)
		}
	}
	failing := func(s *udf.Stream) (*udf.Stream, error) { return nil, errors.New("no") }
	if got, err := udftest.Run(numbers, failing); got != nil || err == nil || err.Error() != "no" {
		t.Error(got, err)
	}
	if _, err := udftest.RunOnNodes(2, numbers, failing); err == nil || err.Error() != "node 1: no" {
		t.Error(err)
	}
	_, err := udftest.Run(udftest.NewStream(1, "a"), sum)
	if err == nil || err.Error() != `stage 1, Reduce of int: expected an integer, got the string "a"` {
		t.Error(err)
	}
	// Results of a node are encoded for the client, which decodes them to the types of the stages.
	any := func(s *udf.Stream) *udf.Stream {
		return udf.Reduce(udf.Map(s, func(n int8) []int8 { return []int8{n} }), func(a, b []int8) []int8 { return append(a, b...) })
	}
	if got, err := udftest.RunOnNodes(2, numbers, any); err != nil || !reflect.DeepEqual(got, []udf.Value{[]udf.Value{int64(1), int64(3), int64(2)}}) {
		t.Error(got, err)
	}
}

func TestPanicReachesTheTest(t *testing.T) {
	defer func() {
		if p := recover(); p != "ouch" {
			t.Error(p)
		}
	}()
	udftest.Run(udftest.NewStream(1), func(s *udf.Stream) *udf.Stream {
		return udf.Map(s, func(int) int { panic("ouch") })
	})
}

func TestNewStreamPanics(t *testing.T) {
	for _, e := range []any{nil, make(chan int)} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%v is in a stream", e)
				}
			}()
			udftest.NewStream(e)
		}()
	}
}
