package events

import (
	"reflect"
	"testing"

	"github.com/GeertJohan/aerospike-mod-go/udf"
	"github.com/GeertJohan/aerospike-mod-go/udf/udftest"
)

func event(at int, kind string, ms int, ok bool) *udftest.Record {
	return udftest.NewRecord(map[string]udf.Value{"at": at, "kind": kind, "ms": ms, "ok": ok})
}

// The result doesn't depend on how events are distributed over nodes.
func TestPerHourOnAnyNumberOfNodes(t *testing.T) {
	for nodes := 1; nodes < 6; nodes++ {
		got, err := udftest.RunOnNodes(nodes, udftest.NewStream(
			event(3599, "view", 1, true), event(3600, "view", 5, true), event(3700, "view", 3, false),
			event(3800, "buy", 900, true), event(7200, "buy", 9, true),
		), func(s *udf.Stream) *udf.Stream { return PerHour(s, 3600, 7200) })
		rollup := func(count, failed, slowest int64) map[udf.Value]udf.Value {
			return map[udf.Value]udf.Value{"count": count, "failed": failed, "slowest": slowest}
		}
		want := []udf.Value{map[udf.Value]udf.Value{
			int64(1): map[udf.Value]udf.Value{"view": rollup(2, 1, 5), "buy": rollup(1, 0, 900)},
		}}
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("on %d nodes: %v, %v", nodes, got, err)
		}
	}
}

func TestLatencyIsAnUpperLimit(t *testing.T) {
	var events []any
	for ms := range 1000 {
		events = append(events, event(1, "view", ms, true))
	}
	got, err := udftest.RunOnNodes(3, udftest.NewStream(events...), func(s *udf.Stream) *udf.Stream {
		return Latency(s, "view")
	})
	want := []udf.Value{map[udf.Value]udf.Value{"count": int64(1000), "p50": int64(511), "p99": int64(1023)}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Error(got, err)
	}
}
