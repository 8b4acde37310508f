// Package geofence reports when a vehicle enters or leaves areas: circles around a place, and polygons.
package geofence

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/GeertJohan/aerospike-mod-go/udf"
)

func init() {
	udf.Register("fence", SetFence)
	udf.Register("unfence", RemoveFence)
	udf.Register("move", Move)
}

// The greatest number of fences of a record, and of corners of one.
const fencesMax, cornersMax = 100, 200

const earthRadius = 6371008.8 // meters

// A Point is a place in degrees.
type Point struct {
	Lat float64 `udf:"lat"`
	Lon float64 `udf:"lon"`
}

// A Fence is a polygon, or a circle around its only corner.
type Fence struct {
	Corners []Point `udf:"corners"`
	Meters  float64 `udf:"meters,omitempty"` // the circle's radius
	Inside  bool    `udf:"inside"`           // whether the vehicle is
}

// SetFence adds a fence or replaces the one of that name. It returns how many there are.
func SetFence(rec *udf.Record, name string, corners []Point, meters float64) (int, error) {
	fences, err := udf.Get[map[string]Fence](rec, "fences")
	if err != nil {
		return 0, err
	}
	switch {
	case len(corners) == 1 && meters <= 0:
		return 0, fmt.Errorf("circle %s needs a radius above 0", name)
	case len(corners) != 1 && (len(corners) < 3 || len(corners) > cornersMax):
		return 0, fmt.Errorf("fence %s needs 1 corner, or from 3 to %d", name, cornersMax)
	}
	if fences == nil {
		fences = map[string]Fence{}
	}
	fences[name] = Fence{Corners: corners, Meters: meters}
	if len(fences) > fencesMax {
		return 0, fmt.Errorf("a vehicle has at most %d fences", fencesMax)
	}
	return len(fences), store(rec, fences)
}

// RemoveFence removes a fence. It returns whether there was one.
func RemoveFence(rec *udf.Record, name string) (bool, error) {
	fences, err := udf.Get[map[string]Fence](rec, "fences")
	if err != nil {
		return false, err
	}
	if _, ok := fences[name]; !ok {
		return false, nil
	}
	delete(fences, name)
	return true, store(rec, fences)
}

// An Event says that the vehicle has entered or left a fence.
type Event struct {
	Fence  string `udf:"fence"`
	Enters bool   `udf:"enters"`
}

// Move stores where the vehicle is now, and returns the fences that it has entered or left since the last call.
func Move(rec *udf.Record, lat, lon float64) ([]Event, error) {
	if math.Abs(lat) > 90 || math.Abs(lon) > 180 {
		return nil, fmt.Errorf("no place on Earth: %.4f, %.4f", lat, lon)
	}
	fences, err := udf.Get[map[string]Fence](rec, "fences")
	if err != nil {
		return nil, err
	}
	at := Point{lat, lon}
	events := []Event{}
	for _, name := range slices.Sorted(maps.Keys(fences)) {
		fence := fences[name]
		if inside := fence.contains(at); inside != fence.Inside {
			fence.Inside = inside
			fences[name] = fence
			events = append(events, Event{name, inside})
		}
	}
	rec.Set("at", at)
	if fences == nil {
		fences = map[string]Fence{}
	}
	return events, store(rec, fences)
}

func (f Fence) contains(p Point) bool {
	if len(f.Corners) == 1 {
		return distance(f.Corners[0], p) <= f.Meters
	}
	// A ray from the point to the north crosses the sides of a polygon around it an odd number of times.
	inside := false
	for i, a := range f.Corners {
		b := f.Corners[(i+1)%len(f.Corners)]
		if (a.Lon > p.Lon) != (b.Lon > p.Lon) && p.Lat < a.Lat+(b.Lat-a.Lat)*(p.Lon-a.Lon)/(b.Lon-a.Lon) {
			inside = !inside
		}
	}
	return inside
}

// distance returns the distance in meters on a sphere, by the haversine formula.
func distance(a, b Point) float64 {
	radians := func(degrees float64) float64 { return degrees * math.Pi / 180 }
	lat, lon := math.Sin(radians(b.Lat-a.Lat)/2), math.Sin(radians(b.Lon-a.Lon)/2)
	h := lat*lat + math.Cos(radians(a.Lat))*math.Cos(radians(b.Lat))*lon*lon
	return 2 * earthRadius * math.Asin(math.Sqrt(min(1, h)))
}

// store writes the record, whether it exists already or not.
func store(rec *udf.Record, fences map[string]Fence) error {
	rec.Set("fences", fences)
	if rec.Exists() {
		return rec.Update()
	}
	return rec.Create()
}
