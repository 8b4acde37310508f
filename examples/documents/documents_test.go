package documents

import (
	"reflect"
	"testing"

	"github.com/GeertJohan/aerospike-mod-go/udf"
	"github.com/GeertJohan/aerospike-mod-go/udf/udftest"
)

// From RFC 6902, appendix A.
func TestExamplesOfTheRFC(t *testing.T) {
	type object = map[udf.Value]udf.Value
	type list = []udf.Value
	for _, c := range []struct {
		before object
		change Change
		after  object // nil: an error
	}{
		{object{"foo": "bar"}, Change{Op: "add", Path: "/baz", Value: "qux"}, object{"baz": "qux", "foo": "bar"}},
		{object{"foo": list{"bar", "baz"}}, Change{Op: "add", Path: "/foo/1", Value: "qux"}, object{"foo": list{"bar", "qux", "baz"}}},
		{object{"baz": "qux", "foo": "bar"}, Change{Op: "remove", Path: "/baz"}, object{"foo": "bar"}},
		{object{"foo": list{"bar", "qux", "baz"}}, Change{Op: "remove", Path: "/foo/1"}, object{"foo": list{"bar", "baz"}}},
		{object{"baz": "qux", "foo": "bar"}, Change{Op: "replace", Path: "/baz", Value: "boo"}, object{"baz": "boo", "foo": "bar"}},
		{
			object{"foo": object{"bar": "baz", "waldo": "fred"}, "qux": object{"corge": "grault"}},
			Change{Op: "move", From: "/foo/waldo", Path: "/qux/thud"},
			object{"foo": object{"bar": "baz"}, "qux": object{"corge": "grault", "thud": "fred"}},
		},
		{
			object{"foo": list{"all", "grass", "cows", "eat"}}, Change{Op: "move", From: "/foo/1", Path: "/foo/3"},
			object{"foo": list{"all", "cows", "eat", "grass"}},
		},
		{object{"baz": "qux"}, Change{Op: "test", Path: "/baz", Value: "bar"}, nil},
		{object{"foo": "bar"}, Change{Op: "add", Path: "/child", Value: object{"grandchild": object{}}}, object{"foo": "bar", "child": object{"grandchild": object{}}}},
		{object{"foo": "bar"}, Change{Op: "add", Path: "/baz/bat", Value: "qux"}, nil},
		{object{"/": int64(9), "~1": int64(10)}, Change{Op: "test", Path: "/~01", Value: int64(10)}, object{"/": int64(9), "~1": int64(10)}},
		{object{"/": int64(9), "~1": int64(10)}, Change{Op: "test", Path: "/~01", Value: "10"}, nil},
		{object{"foo": list{"bar"}}, Change{Op: "add", Path: "/foo/-", Value: list{"abc", "def"}}, object{"foo": list{"bar", list{"abc", "def"}}}},
	} {
		rec := udftest.NewRecord(map[string]udf.Value{"doc": c.before})
		_, err := Patch(rec.UDF(), "doc", []Change{c.change})
		after := c.after
		if after == nil {
			after = c.before
		}
		if (err != nil) != (c.after == nil) || !reflect.DeepEqual(rec.Stored()["doc"], udf.Value(after)) {
			t.Errorf("%+v: %v, %v", c.change, rec.Stored()["doc"], err)
		}
	}
}

func TestACopyIsACopy(t *testing.T) {
	rec := udftest.NewRecord(map[string]udf.Value{"doc": map[string]udf.Value{"a": []int64{1}}})
	_, err := Patch(rec.UDF(), "doc", []Change{
		{Op: "copy", From: "/a", Path: "/b"},
		{Op: "replace", Path: "/b/0", Value: int64(2)},
		{Op: "test", Path: "/a/0", Value: 1.0},
	})
	if err != nil {
		t.Error(err)
	}
}
