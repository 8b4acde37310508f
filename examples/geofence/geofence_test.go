package geofence

import (
	"math"
	"reflect"
	"testing"

	"github.com/GeertJohan/aerospike-mod-go/udf/udftest"
)

func TestDistance(t *testing.T) {
	amsterdam, delft := Point{52.3702, 4.8952}, Point{52.0116, 4.3571}
	if d := distance(amsterdam, delft); math.Abs(d-54100) > 300 {
		t.Errorf("%.0f m", d)
	}
	if d := distance(Point{0, 179.9}, Point{0, -179.9}); math.Abs(d-22239) > 10 {
		t.Errorf("%.0f m over the date line", d)
	}
}

func TestAWayThroughAnL(t *testing.T) {
	l := []Point{{0, 0}, {0, 2}, {1, 2}, {1, 1}, {2, 1}, {2, 0}}
	rec := udftest.NewRecord(nil, udftest.Absent())
	if _, err := SetFence(rec.UDF(), "l", l, 0); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		at     Point
		events []Event
	}{
		{Point{-0.5, 0.5}, []Event{}},
		{Point{0.5, 0.5}, []Event{{"l", true}}},
		{Point{0.5, 1.5}, []Event{}},
		{Point{1.5, 1.5}, []Event{{"l", false}}}, // in its bay
		{Point{1.5, 0.5}, []Event{{"l", true}}},
		{Point{3, 0.5}, []Event{{"l", false}}},
	} {
		if got, err := Move(rec.UDF(), step.at.Lat, step.at.Lon); err != nil || !reflect.DeepEqual(got, step.events) {
			t.Errorf("at %v: %v, %v, want %v", step.at, got, err, step.events)
		}
	}
}
