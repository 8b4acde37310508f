package fraud

import (
	"reflect"
	"testing"

	"github.com/GeertJohan/aerospike-mod-go/udf/udftest"
)

func TestTheWindowSlides(t *testing.T) {
	rec := udftest.NewRecord(nil, udftest.Absent())
	for i := range int64(300) {
		verdict, err := Check(rec.UDF(), i*minute, 1, "NL")
		if err != nil || verdict.Verdict != "approve" {
			t.Fatalf("payment %d: %+v, %v", i, verdict, err)
		}
	}
	if payments, err := Recent(rec.UDF(), 300*minute); err != nil || len(payments) != paymentsMax {
		t.Error(len(payments), err)
	}
	if payments, err := Recent(rec.UDF(), 299*minute+day-1); err != nil || len(payments) != 1 {
		t.Error(payments, err)
	}
}

func TestReasonsAddUp(t *testing.T) {
	before := []Payment{{100, 50, "NL"}, {101, 50, "NL"}, {102, 50, "NL"}, {103, 50, "NL"}}
	for _, c := range []struct {
		payment Payment
		want    Verdict
	}{
		{Payment{170, 900, "NL"}, Verdict{"approve", 0, []string{}}},
		{Payment{110, 900, "NL"}, Verdict{"review", 50, []string{"many payments in a minute"}}},
		{Payment{170, 90000, "NL"}, Verdict{"review", 40, []string{"a large payment after small ones"}}},
		{Payment{170, 90000, "BR"}, Verdict{"deny", 80, []string{"a large payment after small ones", "from NL to BR in an hour"}}},
	} {
		if got := judge(before, c.payment); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%+v: %+v, want %+v", c.payment, got, c.want)
		}
	}
}
