package udf_test

import (
	"errors"
	"reflect"
	"testing"

	"github.com/GeertJohan/aerospike-mod-go/udf"
	"github.com/GeertJohan/aerospike-mod-go/udf/udftest"
)

func viewsOf(t *testing.T, list, mapping any) (*udf.Record, udf.ListView, udf.MapView) {
	t.Helper()
	rec := udftest.NewRecord(map[string]udf.Value{"list": list, "map": mapping}).UDF()
	l, err := udf.Get[udf.ListView](rec, "list")
	if err != nil {
		t.Fatal(err)
	}
	m, err := udf.Get[udf.MapView](rec, "map")
	if err != nil {
		t.Fatal(err)
	}
	return rec, l, m
}

func TestListView(t *testing.T) {
	_, list, _ := viewsOf(t, []any{1, "a", []any{2, nil}}, nil)
	want := []udf.Value{int64(1), "a", []udf.Value{int64(2), nil}}
	if list.Len() != 3 || list.IsNil() {
		t.Errorf("Len is %d", list.Len())
	}
	var all []udf.Value
	for i, v := range list.All() {
		if i != len(all) || !reflect.DeepEqual(list.At(i), v) {
			t.Errorf("element %d is %v, At returns %v", i, v, list.At(i))
		}
		all = append(all, v)
	}
	if !reflect.DeepEqual(all, want) {
		t.Errorf("All yields %v", all)
	}
	for range list.All() {
		break
	}
	if text := list.String(); text != "[1 a [2 nil]]" {
		t.Error(text)
	}
	if s, err := udf.At[string](list, 1); s != "a" || err != nil {
		t.Error(s, err)
	}
	inner, err := udf.At[udf.ListView](list, 2)
	if err != nil || inner.Len() != 2 || inner.At(0) != int64(2) {
		t.Error(inner, err)
	}
	for i, want := range map[int]string{
		0:  "element 0: expected a string, got the integer 1",
		3:  "element 3 is not in a list of 3",
		-1: "element -1 is not in a list of 3",
	} {
		if _, err := udf.At[string](list, i); err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if _, err := udf.At[chan int](list, 0); err == nil {
		t.Error("an element is a channel")
	}
	var texts []string
	for n, err := range udf.Elements[int](list) {
		if err != nil {
			texts = append(texts, err.Error())
		} else if n != 1 {
			t.Error(n)
		}
	}
	if len(texts) != 2 || texts[1] != "element 2: expected an integer, got a list of 2" {
		t.Errorf("%q", texts)
	}
}

func TestAtPanicsOutsideOfAList(t *testing.T) {
	_, list, _ := viewsOf(t, []any{1}, nil)
	for _, i := range []int{-1, 1} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("At(%d) returned", i)
				}
			}()
			list.At(i)
		}()
	}
}

func TestMapView(t *testing.T) {
	type word string
	_, _, m := viewsOf(t, nil, map[any]any{"a": 1, 7: "seven", udf.BytesKey("b"): nil})
	if m.Len() != 3 || m.IsNil() {
		t.Errorf("Len is %d", m.Len())
	}
	all := map[udf.Value]udf.Value{}
	for k, v := range m.All() {
		all[k] = v
	}
	want := map[udf.Value]udf.Value{"a": int64(1), int64(7): "seven", udf.BytesKey("b"): nil}
	if !reflect.DeepEqual(all, want) {
		t.Errorf("All yields %v", all)
	}
	for _, key := range []any{"a", word("a")} {
		if v, ok := m.Get(key); v != int64(1) || !ok {
			t.Error(key, v, ok)
		}
	}
	for _, key := range []any{7, uint8(7), int64(7)} {
		if v, err := udf.Lookup[string](m, key); v != "seven" || err != nil {
			t.Error(key, v, err)
		}
	}
	if v, ok := m.Get(udf.BytesKey("b")); v != nil || !ok {
		t.Error(v, ok)
	}
	for _, key := range []any{"b", 8, 7.0, nil, udf.BytesKey("a")} {
		if v, ok := m.Get(key); ok {
			t.Error(key, v)
		}
	}
	if _, err := udf.Lookup[int](m, "no"); !errors.Is(err, udf.ErrNoKey) {
		t.Error(err)
	}
	if p, err := udf.Lookup[*int](m, "no"); p != nil || err != nil {
		t.Error(p, err)
	}
	if _, err := udf.Lookup[int](m, 7); err == nil || err.Error() != `key 7: expected an integer, got the string "seven"` {
		t.Error(err)
	}
	if _, err := udf.Lookup[int](m, 1.5); err == nil || errors.Is(err, udf.ErrNoKey) {
		t.Error(err)
	}
	if text := m.String(); text != "[7:seven a:1 b:nil]" {
		t.Error(text)
	}
}

func TestViewsOfNil(t *testing.T) {
	rec, list, m := viewsOf(t, nil, nil)
	if !list.IsNil() || list != (udf.ListView{}) || list.Len() != 0 || !m.IsNil() || m.Len() != 0 {
		t.Error(list, m)
	}
	for range list.All() {
		t.Error("nil has elements")
	}
	for range m.All() {
		t.Error("nil has pairs")
	}
	if _, ok := m.Get("a"); ok {
		t.Error("nil has a key")
	}
	rec.Set("list", []int{1})
	rec.Set("list", list)
	if v := rec.Bin("list"); v != nil {
		t.Error(v)
	}
}

// A view outlives the bin that it came from, and is set as a value like others.
func TestViewsAsValues(t *testing.T) {
	rec, list, m := viewsOf(t, []any{1, 2}, map[any]any{"a": []any{3}})
	rec.Set("list", "changed")
	rec.Unset("map")
	rec.Set("both", []any{list, m, map[string]any{"l": list}})
	want := []udf.Value{
		[]udf.Value{int64(1), int64(2)},
		map[udf.Value]udf.Value{"a": []udf.Value{int64(3)}},
		map[udf.Value]udf.Value{"l": []udf.Value{int64(1), int64(2)}},
	}
	if got := rec.Bin("both"); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v", got)
	}
	rec.Set("copy", list)
	again, err := udf.Get[udf.ListView](rec, "copy")
	if err != nil || again != list {
		t.Error(again, err)
	}
	if _, err := udf.Get[udf.MapView](rec, "copy"); err == nil || err.Error() != `bin "copy": expected a map, got a list of 2` {
		t.Error(err)
	}
}
