package flags

import (
	"fmt"
	"testing"

	"github.com/GeertJohan/aerospike-mod-go/udf/udftest"
)

func TestShares(t *testing.T) {
	rec := udftest.NewRecord(nil, udftest.Absent())
	variants := []Variant{{"red", 1}, {"blue", 3}}
	on := map[string]bool{}
	for _, percent := range []int64{0, 2, 20, 60, 100} {
		if err := Define(rec.UDF(), "checkout", percent, variants); err != nil {
			t.Fatal(err)
		}
		counts := map[string]int{}
		for i := range 10_000 {
			user := fmt.Sprint("user-", i)
			variant, err := GetVariant(rec.UDF(), user)
			if err != nil {
				t.Fatal(err)
			}
			if variant == nil {
				if on[user] {
					t.Fatalf("%s lost the feature at %d %%", user, percent)
				}
				continue
			}
			on[user] = true
			counts[*variant]++
		}
		users := int(percent) * 100
		near(t, counts["red"], users/4)
		near(t, counts["blue"], users*3/4)
	}
}

func near(t *testing.T, got, want int) {
	t.Helper()
	if got < want*9/10-30 || got > want*11/10+30 {
		t.Errorf("%d users, want about %d", got, want)
	}
}

func TestSaltShuffles(t *testing.T) {
	same := 0
	for i := range 1000 {
		if bucket(fmt.Sprint("a:percent:", i), 100) == bucket(fmt.Sprint("b:percent:", i), 100) {
			same++
		}
	}
	if same > 50 {
		t.Errorf("%d of 1000 users are in the same bucket of both flags", same)
	}
}
