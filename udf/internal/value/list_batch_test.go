package value

import (
	"bytes"
	"reflect"
	"testing"
)

func TestListBatch(t *testing.T) {
	for _, n := range []int{0, 1, 15, 16, 70000} {
		var w ListWriter
		var want []any
		for i := range n {
			v := []any{int64(i), "é", []byte{1}, []any{int64(1), nil}, map[any]any{"a": int64(1)}, 1.5, true, geo("{}")}[i%8]
			raw := first(t, v)
			if !w.Add(raw) {
				t.Fatalf("%#v has no place in a list", v)
			}
			want = append(want, v)
		}
		if n == 0 {
			if w.List().Type != Nil {
				t.Error(w.List())
			}
			continue
		}
		list := w.List()
		whole, _, _ := Encode(want, nil)
		if !bytes.Equal(list.Bytes(), whole.Bytes()) {
			t.Errorf("%d: %.40x; want %.40x", n, list.Bytes(), whole.Bytes())
		}
		elements, err := OpenList(list)
		var got []any
		for err == nil {
			raw, ok, wrong := elements.Next()
			if err = wrong; err != nil || !ok {
				break
			}
			v, wrong := ToAny(raw)
			got, err = append(got, v), wrong
		}
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%d: %v, %d elements", n, err, len(got))
		}
		if w.Reset(); w.Count() != 0 || w.List().Type != Nil {
			t.Error("something is left")
		}
	}
}

func TestListWriterRejects(t *testing.T) {
	var w ListWriter
	deep := first(t, nested(DepthMax))
	for _, raw := range []Raw{OfString(String, "a\x00b"), deep, ofHex(t, List, "92"), ofHex(t, List, "9000")} {
		if w.Add(raw) || w.Count() != 0 {
			t.Errorf("%x was added", raw.Bytes())
		}
	}
	if !w.Add(first(t, nested(DepthMax-1))) || !w.Add(OfInteger(1)) || w.Count() != 2 {
		t.Error("what a list can hold was refused")
	}
}

func TestInvalidListBatch(t *testing.T) {
	for _, c := range []struct {
		raw  Raw
		fine int // elements before the error
	}{
		{ofHex(t, List, "9201"), 0}, {ofHex(t, List, "9000"), 0}, {ofHex(t, List, "910100"), 0}, {ofHex(t, Map, "80"), 0}, {OfInteger(1), 0}, {Raw{}, 0},
		{ofHex(t, List, "92019301"), 1},
	} {
		elements, err := OpenList(c.raw)
		fine := 0
		for err == nil {
			_, ok, wrong := elements.Next()
			if err = wrong; !ok {
				break
			}
			fine++
		}
		if err == nil || fine != c.fine {
			t.Errorf("%x: %d elements, %v", c.raw.Bytes(), fine, err)
		}
	}
}
