package leaderboard

import (
	"errors"
	"fmt"
	"reflect"
	"testing"

	"github.com/GeertJohan/aerospike-mod-go/udf"
	"github.com/GeertJohan/aerospike-mod-go/udf/udftest"
)

func TestSubmitKeepsTheBest(t *testing.T) {
	rec := udftest.NewRecord(nil, udftest.Absent())
	for _, step := range []struct {
		player string
		score  int64
		rank   int
	}{
		{"ada", 100, 1},
		{"bob", 200, 1},
		{"cy", 150, 2},
		{"ada", 90, 3},  // worse than her 100, which counts
		{"dee", 50, 0},  // not among three
		{"ada", 300, 1}, // replaces her 100
		{"dee", 160, 3},
	} {
		rank, err := Submit(rec.UDF(), step.player, step.score, 1, 3)
		if err != nil || rank != step.rank {
			t.Errorf("%s with %d: rank %d, %v, want %d", step.player, step.score, rank, err, step.rank)
		}
	}
	got, err := Top(rec.UDF(), 10)
	want := []Entry{{"ada", 300, 1}, {"bob", 200, 1}, {"dee", 160, 1}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v, %v, want %v", got, err, want)
	}
}

func TestAround(t *testing.T) {
	var entries []Entry
	for i := range 9 {
		entries = append(entries, Entry{fmt.Sprint("p", i+1), int64(100 - i), 1})
	}
	rec := udftest.NewRecord(map[string]udf.Value{"entries": entries})
	for player, want := range map[string][]int{"p1": {1, 2, 3}, "p5": {3, 4, 5, 6, 7}, "p9": {7, 8, 9}} {
		places, err := Around(rec.UDF(), player, 2)
		var ranks []int
		for _, place := range places {
			ranks = append(ranks, place.Rank)
		}
		if err != nil || !reflect.DeepEqual(ranks, want) {
			t.Errorf("around %s: %v, %v, want %v", player, ranks, err, want)
		}
	}
}

func TestSubmitReturnsTheErrorOfTheStore(t *testing.T) {
	full := errors.New("the device is full")
	rec := udftest.NewRecord(nil, udftest.Refusing(full))
	if _, err := Submit(rec.UDF(), "ada", 1, 1, 10); err == nil || len(rec.Operations()) != 0 {
		t.Error("no error", rec.Operations())
	}
}
