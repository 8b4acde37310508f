package inventory

import (
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/GeertJohan/aerospike-mod-go/udf/udftest"
)

// Whatever the calls, no more items are sold than came in, and none are available that are reserved.
func TestNeverOversold(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	rec := udftest.NewRecord(nil, udftest.Absent())
	var came, sold int64
	for now := range int64(3000) {
		order := strconv.Itoa(random.IntN(20))
		stored, _ := read(rec.UDF(), now)
		var stock Stock
		var err error
		switch random.IntN(5) {
		case 0:
			stock, err = Restock(rec.UDF(), 2, now)
			came += 2
		case 1, 2:
			stock, err = Reserve(rec.UDF(), order, 1+random.Int64N(3), now, 1+random.Int64N(30))
		case 3:
			if stock, err = Buy(rec.UDF(), order, now); err == nil {
				sold += stored.reserved[order].Items
			}
		case 4:
			stock, err = Release(rec.UDF(), order, now)
		}
		if err == nil && (stock.Available < 0 || stock.Available > stock.InStock || stock.InStock != came-sold) {
			t.Fatalf("at %d: %+v, %d came in and %d were sold", now, stock, came, sold)
		}
	}
	if sold == 0 || came == 0 {
		t.Error("nothing was sold")
	}
}
