package udf_test

import (
	"fmt"

	"github.com/GeertJohan/aerospike-mod-go/udf"
	"github.com/GeertJohan/aerospike-mod-go/udf/udftest"
)

// Add adds n to the bin "count" and gives the new count.
func Add(r *udf.Record, n int64) (int64, error) {
	count, _ := r.Int("count")
	count += n
	r.Set("count", count)
	if !r.Exists() {
		return count, r.Create()
	}
	return count, r.Update()
}

func ExampleRegister() {
	// In a module this stands in an init function.
	add := udf.Register("add", Add)
	fmt.Println(add.Name())
	// Output: add
}

func ExampleRecord() {
	record := udftest.NewRecord(map[string]udf.Value{"name": "Ann", "visits": 3})
	r := record.UDF()

	name, _ := r.String("name")
	visits, ok := r.Int("visits")
	fmt.Println(name, visits, ok)

	_, ok = r.Int("name") // another type
	fmt.Println(ok)
	// Output:
	// Ann 3 true
	// false
}

func ExampleRecord_Update() {
	record := udftest.NewRecord(map[string]udf.Value{"n": 1})
	r := record.UDF()

	r.Set("a much too long name", 2) // remembered…
	fmt.Println(r.Update())          // …and told here
	// Output: updating the record: setting the bin "a much too long name": a bin's name has at most 15 bytes, this one has 20
}

func ExampleGet() {
	type Address struct {
		City string `udf:"city"`
		Zip  string `udf:"zip,omitempty"`
	}
	record := udftest.NewRecord(map[string]udf.Value{"home": Address{City: "Delft"}})

	home, err := udf.Get[Address](record.UDF(), "home")
	fmt.Println(home.City, err)

	_, err = udf.Get[int64](record.UDF(), "home")
	fmt.Println(err)
	// Output:
	// Delft <nil>
	// bin "home": expected an integer, got a map of 1
}

func ExampleLog() {
	udf.Log(udf.Info, "tokens refilled", "user", "ann", "tokens", 10)
	// The host logs: tokens refilled user=ann tokens=10
}
