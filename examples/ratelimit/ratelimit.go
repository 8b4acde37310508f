// Package ratelimit limits how often something may happen, with one integer for each caller: the generic cell rate
// algorithm, which spreads calls evenly and lets short bursts pass.
package ratelimit

import (
	"errors"
	"fmt"
	"time"

	"github.com/GeertJohan/aerospike-mod-go/udf"
)

func init() {
	udf.Register("allow", Allow)
	udf.Register("status", Status)
	udf.Register("reset", Reset)
}

// A Decision is the result of Allow and Status.
type Decision struct {
	Allowed   bool  `udf:"allowed"`
	Remaining int64 `udf:"remaining"` // how many calls would pass now
	RetryMs   int64 `udf:"retry_ms"`  // until the next one passes; 0 if one passes now
	ResetMs   int64 `udf:"reset_ms"`  // until all burst calls would pass
}

// Allow decides about one call at the time now (milliseconds since 1970): limit calls in each period of periodMs, of
// which up to burst at once.
func Allow(rec *udf.Record, now, limit, periodMs, burst int64) (Decision, error) {
	l, err := read(rec, now, limit, periodMs, burst)
	if err != nil {
		return Decision{}, err
	}
	if l.next-l.tolerance > now {
		return l.decision(false), nil
	}
	l.next += l.interval
	rec.Set("next", l.next)
	// The record is of no use once all calls would pass again. Whole seconds, and one for clocks that differ.
	rec.SetTTL(time.Duration((l.next-now)/1000+2) * time.Second)
	if rec.Exists() {
		return l.decision(true), rec.Update()
	}
	return l.decision(true), rec.Create()
}

// Status returns what Allow would decide, and changes nothing.
func Status(rec *udf.Record, now, limit, periodMs, burst int64) (Decision, error) {
	l, err := read(rec, now, limit, periodMs, burst)
	if err != nil {
		return Decision{}, err
	}
	return l.decision(l.next-l.tolerance <= now), nil
}

// Reset forgets the calls so far. It returns whether there were any.
func Reset(rec *udf.Record) (bool, error) {
	if !rec.Exists() {
		return false, nil
	}
	return true, rec.Remove()
}

// A limiter is the state of a caller at the time now, in milliseconds.
type limiter struct {
	now       int64
	interval  int64 // between calls
	tolerance int64 // how far ahead of time a call may be
	next      int64 // when the next call is due, if calls come evenly
}

func read(rec *udf.Record, now, limit, periodMs, burst int64) (limiter, error) {
	if limit < 1 || burst < 1 {
		return limiter{}, errors.New("limit and burst must be at least 1")
	}
	if periodMs < limit {
		return limiter{}, fmt.Errorf("more than one call a millisecond: %d in %d ms", limit, periodMs)
	}
	next, err := udf.Get[*int64](rec, "next")
	if err != nil {
		return limiter{}, err
	}
	interval := periodMs / limit
	l := limiter{now, interval, interval * (burst - 1), now}
	if next != nil {
		l.next = max(now, *next)
	}
	return l, nil
}

func (l limiter) decision(allowed bool) Decision {
	ahead := l.next - l.now
	d := Decision{Allowed: allowed, RetryMs: max(0, ahead-l.tolerance), ResetMs: ahead}
	if d.RetryMs == 0 {
		d.Remaining = (l.tolerance-ahead)/l.interval + 1
	}
	return d
}
