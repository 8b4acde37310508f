// Package counters implements counters with limits in the bins of a record: a plain counter and a token bucket.
//
// Both read, decide and write in one call, so no other client can interfere.
package counters

import (
	"errors"
	"fmt"
	"time"

	"github.com/GeertJohan/aerospike-mod-go/udf"
)

func init() {
	udf.Register("add", Add)
	udf.Register("take", Take)
}

// Add adds n to the counter in bin and returns its new value. It fails if that would be over limit.
func Add(rec *udf.Record, bin string, n, limit int64) (int64, error) {
	count, _ := rec.Int(bin) // a missing counter is 0
	count += n
	if count > limit {
		return 0, fmt.Errorf("counter %s would be %d, over its limit of %d", bin, count, limit)
	}
	rec.Set(bin, count)
	return count, store(rec)
}

// A Grant is the result of Take.
type Grant struct {
	Allowed bool    `udf:"allowed"`
	Tokens  float64 `udf:"tokens"`  // left in the bucket
	WaitMs  int64   `udf:"wait_ms"` // until there are enough; 0 if allowed
}

// Take takes n tokens from the bucket in the record: bins capacity and rate (tokens per second) configure
// it, tokens is the level at the time filled_at (milliseconds since 1970). A new bucket is full.
func Take(rec *udf.Record, n float64) (Grant, error) {
	return take(rec, n, time.Now())
}

func take(rec *udf.Record, n float64, now time.Time) (Grant, error) {
	capacity, err := udf.Get[float64](rec, "capacity")
	if err != nil {
		return Grant{}, err
	}
	rate, err := udf.Get[float64](rec, "rate")
	if err != nil {
		return Grant{}, err
	}
	if capacity <= 0 || rate <= 0 {
		return Grant{}, errors.New("a bucket needs bins capacity and rate above 0")
	}
	if n < 0 || n > capacity {
		return Grant{}, fmt.Errorf("cannot take %g tokens from a bucket of %g", n, capacity)
	}

	tokens := capacity
	if left, ok := rec.Float("tokens"); ok {
		filledAt, _ := rec.Int("filled_at")
		elapsed := max(0, now.UnixMilli()-filledAt) // the clocks of cluster nodes differ
		tokens = min(capacity, left+rate*float64(elapsed)/1000)
	}
	grant := Grant{Allowed: n <= tokens}
	if grant.Allowed {
		tokens -= n
	} else {
		grant.WaitMs = int64((n - tokens) / rate * 1000)
		udf.Log(udf.Info, "bucket is empty", "wanted", n, "left", tokens)
	}
	grant.Tokens = tokens
	rec.Set("tokens", tokens)
	rec.Set("filled_at", now.UnixMilli())
	return grant, store(rec)
}

// store writes the record, whether it exists already or not.
func store(rec *udf.Record) error {
	if rec.Exists() {
		return rec.Update()
	}
	return rec.Create()
}
