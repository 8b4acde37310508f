package visitors

import (
	"fmt"
	"math"
	"testing"

	"github.com/GeertJohan/aerospike-mod-go/udf"
	"github.com/GeertJohan/aerospike-mod-go/udf/udftest"
)

func TestCountsAreNear(t *testing.T) {
	sketch, added := make(Sketch, registers), 0
	for _, n := range []int{1, 10, 1000, 5000, 20_000, 200_000} {
		for ; added < n; added++ {
			sketch.add(fmt.Sprint("visitor-", added))
			sketch.add(fmt.Sprint("visitor-", added/2)) // again
		}
		if got := sketch.count(); math.Abs(float64(got)/float64(n)-1) > 0.05 {
			t.Errorf("%d visitors are counted as %d", n, got)
		}
	}
}

// A visitor of two days counts once.
func TestUniqueIsAUnion(t *testing.T) {
	day := func(day, from, to int) *udftest.Record {
		rec := udftest.NewRecord(nil, udftest.Absent())
		for visitor := from; visitor < to; visitor++ {
			if _, err := Visit(rec.UDF(), "/", int64(day), fmt.Sprint(visitor)); err != nil {
				t.Fatal(err)
			}
		}
		return rec
	}
	for nodes := 1; nodes < 4; nodes++ {
		days := udftest.NewStream(day(1, 0, 600), day(2, 300, 900), day(3, 0, 5000), day(4, 600, 1000))
		got, err := udftest.RunOnNodes(nodes, days, func(s *udf.Stream) *udf.Stream { return Unique(s, 1, 2) })
		if err != nil || len(got) != 1 || math.Abs(float64(got[0].(int64))-900) > 45 {
			t.Errorf("%v, %v, want about 900", got, err)
		}
	}
}
