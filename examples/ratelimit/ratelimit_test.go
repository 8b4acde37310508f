package ratelimit

import (
	"testing"
	"time"

	"github.com/GeertJohan/aerospike-mod-go/udf/udftest"
)

// Over a long time no more than limit calls a period pass, whenever they come.
func TestLimitHolds(t *testing.T) {
	rec := udftest.NewRecord(nil, udftest.Absent())
	passed := 0
	for now := int64(0); now < 60_000; now += 7 {
		d, err := Allow(rec.UDF(), now, 10, 1000, 5)
		if err != nil {
			t.Fatal(err)
		}
		if d.Allowed {
			passed++
		}
	}
	if passed < 600 || passed > 605 {
		t.Errorf("%d calls passed in a minute, want 600 and a burst", passed)
	}
}

func TestBurst(t *testing.T) {
	rec := udftest.NewRecord(nil, udftest.Absent())
	for i, want := range []Decision{
		{true, 2, 0, 100}, {true, 1, 0, 200}, {true, 0, 100, 300}, {false, 0, 100, 300},
	} {
		if got, err := Allow(rec.UDF(), 5000, 10, 1000, 3); err != nil || got != want {
			t.Errorf("call %d: %+v, %v, want %+v", i, got, err, want)
		}
	}
	if got, err := Status(rec.UDF(), 5100, 10, 1000, 3); err != nil || got != (Decision{true, 1, 0, 200}) {
		t.Errorf("%+v, %v", got, err)
	}
	if ttl := rec.UDF().TTL(); ttl != 2*time.Second {
		t.Error(ttl)
	}
}
