package udftest_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/GeertJohan/aerospike-mod-go/udf"
	"github.com/GeertJohan/aerospike-mod-go/udf/udftest"
)

func visit(r *udf.Record, page string) error {
	pages, err := udf.Get[[]string](r, "pages")
	if err != nil {
		return err
	}
	r.Set("pages", append(pages, page))
	udf.Log(udf.Debug, "visited", "page", page)
	return r.Update()
}

func ExampleNewRecord() {
	record := udftest.NewRecord(map[string]udf.Value{"pages": []string{"/"}})

	err := visit(record.UDF(), "/about")

	fmt.Println(err, record.Stored()["pages"], record.Operations())
	// Output: <nil> [/ /about] [update]
}

func ExampleAbsent() {
	record := udftest.NewRecord(nil, udftest.Absent())

	err := visit(record.UDF(), "/")

	fmt.Println(err, record.Stored() == nil)
	// Output: updating the record: the record does not exist; use Create true
}

func ExampleRefusing() {
	record := udftest.NewRecord(nil, udftest.Refusing(errors.New("the disk is full")))
	fmt.Println(visit(record.UDF(), "/"))
	// Output: updating the record: the disk is full
}

func ExampleRecord_Err() {
	record := udftest.NewRecord(nil)
	record.UDF().Set("a much too long name", 1) // and no Update that would return the error
	fmt.Println(record.Err())
	// Output: setting the bin "a much too long name": a bin's name has at most 15 bytes, this one has 20
}

func ExampleRun() {
	numbers := udftest.NewStream(1, 2, 3)
	atLeast := func(s *udf.Stream, least int) *udf.Stream {
		return udf.Filter(s, func(n int) bool { return n >= least })
	}
	fmt.Println(udftest.Run(numbers, func(s *udf.Stream) *udf.Stream { return atLeast(s, 2) }))
	// Output: [2 3] <nil>
}

func TestCaptureLogs(t *testing.T) {
	logs := udftest.CaptureLogs(t)
	if err := visit(udftest.NewRecord(nil).UDF(), "/"); err != nil {
		t.Fatal(err)
	}
	if got := logs.Lines(); len(got) != 1 || got[0].Message != "visited page=/" || got[0].Location != "example_test.go:18" {
		t.Errorf("%+v", got)
	}
}
