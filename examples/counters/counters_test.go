package counters

import (
	"testing"
	"time"

	"github.com/GeertJohan/aerospike-mod-go/udf"
	"github.com/GeertJohan/aerospike-mod-go/udf/udftest"
)

func TestTakeRefills(t *testing.T) {
	rec := udftest.NewRecord(map[string]udf.Value{"capacity": 10.0, "rate": 2.0})
	start := time.UnixMilli(1_700_000_000_000)
	steps := []struct {
		after   time.Duration
		n       float64
		allowed bool
		tokens  float64
	}{
		{0, 8, true, 2},
		{0, 3, false, 2},
		{500 * time.Millisecond, 3, true, 0},
		{time.Hour, 1, true, 9},
	}
	now := start
	for i, step := range steps {
		now = now.Add(step.after)
		grant, err := take(rec.UDF(), step.n, now)
		if err != nil {
			t.Fatalf("step %d: %v", i, err)
		}
		if grant.Allowed != step.allowed || grant.Tokens != step.tokens {
			t.Errorf("step %d: got %+v, want allowed %v with %g tokens left", i, grant, step.allowed, step.tokens)
		}
	}
}
