// Package events rolls up events, one record each: counts for each hour and kind, and percentiles of how long they
// took.
package events

import (
	"math/bits"

	"github.com/GeertJohan/aerospike-mod-go/udf"
)

func init() {
	udf.Register("per_hour", PerHour)
	udf.Register("latency", Latency)
}

// A Rollup sums up events.
type Rollup struct {
	Count   int64 `udf:"count"`
	Failed  int64 `udf:"failed"`
	Slowest int64 `udf:"slowest"` // in milliseconds
}

// plus returns the roll-up of the events of both.
func (r Rollup) plus(other Rollup) Rollup {
	return Rollup{r.Count + other.Count, r.Failed + other.Failed, max(r.Slowest, other.Slowest)}
}

// Hours are the roll-ups by kind, by hour (hours since 1970).
type Hours map[int64]map[string]Rollup

func (h Hours) add(hour int64, kind string, rollup Rollup) {
	if h[hour] == nil {
		h[hour] = map[string]Rollup{}
	}
	h[hour][kind] = h[hour][kind].plus(rollup)
}

// PerHour rolls up the events from from until before to (seconds since 1970).
func PerHour(s *udf.Stream, from, to int64) *udf.Stream {
	events := udf.Filter(s, func(r *udf.Record) bool {
		at, ok := r.Int("at")
		return ok && at >= from && at < to
	})
	hours := udf.Aggregate(events, Hours{}, func(hours Hours, r *udf.Record) Hours {
		at, _ := r.Int("at")
		kind, _ := r.String("kind")
		ms, _ := r.Int("ms")
		rollup := Rollup{Count: 1, Slowest: ms}
		if ok, _ := r.Bool("ok"); !ok {
			rollup.Failed = 1
		}
		hours.add(at/3600, kind, rollup)
		return hours
	})
	return udf.Reduce(hours, func(a, b Hours) Hours {
		for hour, kinds := range b {
			for kind, rollup := range kinds {
				a.add(hour, kind, rollup)
			}
		}
		return a
	})
}

// A Histogram counts durations by the number of bits of their milliseconds: 0, 1, 2–3, 4–7, 8–15 …
type Histogram map[int]int64

// Percentiles are upper limits of durations in milliseconds.
type Percentiles struct {
	Count int64 `udf:"count"`
	P50   int64 `udf:"p50"`
	P99   int64 `udf:"p99"`
}

// Latency returns percentiles of the durations of a kind of events, to the next power of two. A node sends its
// histogram, which has at most 64 numbers, and no durations.
func Latency(s *udf.Stream, kind string) *udf.Stream {
	events := udf.Filter(s, func(r *udf.Record) bool {
		k, _ := r.String("kind")
		return k == kind
	})
	durations := udf.Map(events, func(r *udf.Record) int64 {
		ms, _ := r.Int("ms")
		return max(ms, 0)
	})
	histogram := udf.Aggregate(durations, Histogram{}, func(h Histogram, ms int64) Histogram {
		h[bits.Len64(uint64(ms))]++
		return h
	})
	all := udf.Reduce(histogram, func(a, b Histogram) Histogram {
		for bucket, n := range b {
			a[bucket] += n
		}
		return a
	})
	return udf.Map(all, func(h Histogram) Percentiles { // on the client
		var count int64
		for _, n := range h {
			count += n
		}
		return Percentiles{count, h.limit(count, 50), h.limit(count, 99)}
	})
}

// limit returns the upper limit of the bucket with the percentile, counted in whole durations.
func (h Histogram) limit(count, percent int64) int64 {
	rest := (count*percent + 99) / 100
	for bucket := range 64 {
		if rest -= h[bucket]; rest <= 0 {
			return 1<<bucket - 1
		}
	}
	return 0
}
