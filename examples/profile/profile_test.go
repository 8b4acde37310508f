package profile

import (
	"reflect"
	"testing"

	"github.com/GeertJohan/aerospike-mod-go/udf"
	"github.com/GeertJohan/aerospike-mod-go/udf/udftest"
)

func TestMergeRemovesNil(t *testing.T) {
	rec := udftest.NewRecord(map[string]udf.Value{"attributes": map[string]any{"name": "Ada", "beta": true}})
	n, err := Merge(rec.UDF(), map[string]udf.Value{"beta": nil, "age": 36})
	want := map[udf.Value]udf.Value{"name": "Ada", "age": int64(36)}
	if err != nil || n != 2 || !reflect.DeepEqual(rec.Stored()["attributes"], want) {
		t.Error(n, err, rec.Stored())
	}
}

func TestVisitTrims(t *testing.T) {
	rec := udftest.NewRecord(nil)
	for _, page := range []string{"/", "/docs", "/blog"} {
		if _, err := Visit(rec.UDF(), page, []string{"go"}, 2); err != nil {
			t.Fatal(err)
		}
	}
	stored := rec.Stored()
	if !reflect.DeepEqual(stored["visits"], []udf.Value{"/docs", "/blog"}) ||
		!reflect.DeepEqual(stored["interests"], map[udf.Value]udf.Value{"go": int64(3)}) {
		t.Error(stored)
	}
	if _, err := Visit(udftest.NewRecord(nil, udftest.Absent()).UDF(), "/", nil, 2); err == nil {
		t.Error("no error for a record that doesn't exist")
	}
}

func TestTop(t *testing.T) {
	rec := udftest.NewRecord(map[string]udf.Value{"interests": map[string]int{"go": 5, "music": 1, "art": 5}})
	got, err := Top(rec.UDF(), 2)
	if err != nil || !reflect.DeepEqual(got, []Interest{{"art", 5}, {"go", 5}}) || len(rec.Operations()) != 0 {
		t.Error(got, err, rec.Operations())
	}
}
