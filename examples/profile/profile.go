// Package profile stores a user's profile in one record: attributes in a map, recent visits in a list,
// interests as points. Each function does in one call what a client does with a read, a merge and a write.
package profile

import (
	"cmp"
	"slices"

	"github.com/GeertJohan/aerospike-mod-go/udf"
)

func init() {
	udf.Register("merge", Merge)
	udf.Register("visit", Visit)
	udf.Register("top", Top)
}

// Merge puts attributes into the map in bin attributes; nil removes one. It returns the size of the map.
func Merge(rec *udf.Record, attributes map[string]udf.Value) (int, error) {
	merged, err := udf.Get[map[string]udf.Value](rec, "attributes")
	if err != nil {
		return 0, err
	}
	if merged == nil {
		merged = make(map[string]udf.Value, len(attributes))
	}
	for name, value := range attributes {
		if value == nil {
			delete(merged, name)
			continue
		}
		merged[name] = value
	}
	rec.Set("attributes", merged)
	return len(merged), rec.Update()
}

// Visit appends a page to the list in bin visits, trims the list to the last limit pages, and adds a point
// to each topic in the map in bin interests. It returns the list.
func Visit(rec *udf.Record, page string, topics []string, limit int) ([]string, error) {
	visits, err := udf.Get[[]string](rec, "visits")
	if err != nil {
		return nil, err
	}
	interests, err := udf.Get[map[string]int](rec, "interests")
	if err != nil {
		return nil, err
	}
	if interests == nil {
		interests = make(map[string]int, len(topics))
	}
	for _, topic := range topics {
		interests[topic]++
	}
	visits = append(visits, page)
	visits = visits[max(0, len(visits)-max(0, limit)):]
	rec.Set("visits", visits)
	rec.Set("interests", interests)
	return visits, rec.Update()
}

// An Interest is a topic with its points.
type Interest struct {
	Topic  string `udf:"topic"`
	Points int    `udf:"points"`
}

// Top returns the k topics with the most points, the strongest first. It writes nothing.
func Top(rec *udf.Record, k int) ([]Interest, error) {
	points, err := udf.Get[map[string]int](rec, "interests")
	if err != nil {
		return nil, err
	}
	interests := make([]Interest, 0, len(points))
	for topic, n := range points {
		interests = append(interests, Interest{topic, n})
	}
	slices.SortFunc(interests, func(a, b Interest) int {
		return cmp.Or(cmp.Compare(b.Points, a.Points), cmp.Compare(a.Topic, b.Topic))
	})
	return interests[:min(max(0, k), len(interests))], nil
}
