// Package sales evaluates orders, one record each, on all nodes of a cluster at once: each node aggregates its own
// orders, the client the results of the nodes.
package sales

import (
	"cmp"
	"errors"
	"slices"

	"github.com/GeertJohan/aerospike-mod-go/udf"
)

func init() {
	udf.Register("by_region", ByRegion)
	udf.Register("largest", Largest)
}

// A Total is the number and value of orders.
type Total struct {
	Orders int   `udf:"orders"`
	Cents  int64 `udf:"cents"`
}

// ByRegion sums up the orders of at least least cents, by region.
func ByRegion(s *udf.Stream, least int64) *udf.Stream {
	orders := udf.Filter(s, func(r *udf.Record) bool {
		cents, ok := r.Int("cents")
		return ok && cents >= least
	})
	totals := udf.Aggregate(orders, map[string]Total{}, func(totals map[string]Total, r *udf.Record) map[string]Total {
		region, _ := r.String("region")
		cents, _ := r.Int("cents")
		total := totals[region]
		totals[region] = Total{total.Orders + 1, total.Cents + cents}
		return totals
	})
	return udf.Reduce(totals, func(a, b map[string]Total) map[string]Total {
		for region, total := range b {
			a[region] = Total{a[region].Orders + total.Orders, a[region].Cents + total.Cents}
		}
		return a
	})
}

// An Order is one of the largest.
type Order struct {
	Customer string `udf:"customer"`
	Cents    int64  `udf:"cents"`
}

// Largest returns the k largest orders, the largest first. No node sends more than k.
func Largest(s *udf.Stream, k int) (*udf.Stream, error) {
	if k < 1 {
		return nil, errors.New("k must be at least 1")
	}
	// Sorts and cuts in place: nothing else refers to the slice.
	top := func(orders []Order) []Order {
		slices.SortFunc(orders, func(a, b Order) int {
			return cmp.Or(cmp.Compare(b.Cents, a.Cents), cmp.Compare(a.Customer, b.Customer))
		})
		return orders[:min(k, len(orders))]
	}
	largest := udf.Aggregate(s, []Order{}, func(orders []Order, r *udf.Record) []Order {
		customer, _ := r.String("customer")
		cents, _ := r.Int("cents")
		return top(append(orders, Order{customer, cents}))
	})
	return udf.Reduce(largest, func(a, b []Order) []Order { return top(append(a, b...)) }), nil
}
