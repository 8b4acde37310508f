package udftest_test

import (
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

func TestCaptureLogs(t *testing.T) {
	logs := udftest.CaptureLogs(t)
	if err := visit(udftest.NewRecord(nil).UDF(), "/"); err != nil {
		t.Fatal(err)
	}
	if got := logs.Lines(); len(got) != 1 || got[0].Message != "visited page=/" || got[0].Location != "example_test.go:17" {
		t.Errorf("%+v", got)
	}
}
