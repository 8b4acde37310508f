package sales

import (
	"reflect"
	"testing"

	"github.com/GeertJohan/aerospike-mod-go/udf"
	"github.com/GeertJohan/aerospike-mod-go/udf/udftest"
)

func orders() *udftest.Stream {
	order := func(region, customer string, cents int) *udftest.Record {
		return udftest.NewRecord(map[string]udf.Value{"region": region, "customer": customer, "cents": cents})
	}
	return udftest.NewStream(
		order("north", "ada", 1200), order("south", "bob", 80), order("north", "cy", 300), order("south", "dee", 4500),
		order("west", "eve", 4500), udftest.NewRecord(map[string]udf.Value{"region": "west", "customer": "fay"}),
	)
}

// The result doesn't depend on how orders are distributed over nodes.
func TestOnAnyNumberOfNodes(t *testing.T) {
	for nodes := 1; nodes < 8; nodes++ {
		got, err := udftest.RunOnNodes(nodes, orders(), func(s *udf.Stream) *udf.Stream { return ByRegion(s, 100) })
		want := []udf.Value{map[udf.Value]udf.Value{
			"north": map[udf.Value]udf.Value{"orders": int64(2), "cents": int64(1500)},
			"south": map[udf.Value]udf.Value{"orders": int64(1), "cents": int64(4500)},
			"west":  map[udf.Value]udf.Value{"orders": int64(1), "cents": int64(4500)},
		}}
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("by region on %d nodes: %v, %v", nodes, got, err)
		}
		got, err = udftest.RunOnNodes(nodes, orders(), func(s *udf.Stream) (*udf.Stream, error) { return Largest(s, 3) })
		want = []udf.Value{[]udf.Value{
			map[udf.Value]udf.Value{"customer": "dee", "cents": int64(4500)},
			map[udf.Value]udf.Value{"customer": "eve", "cents": int64(4500)},
			map[udf.Value]udf.Value{"customer": "ada", "cents": int64(1200)},
		}}
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("largest on %d nodes: %v, %v", nodes, got, err)
		}
	}
}

func TestLargestOfNothing(t *testing.T) {
	if _, err := udftest.Run(orders(), func(s *udf.Stream) (*udf.Stream, error) { return Largest(s, 0) }); err == nil {
		t.Error("no error")
	}
}
