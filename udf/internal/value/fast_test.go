package value

import (
	"bytes"
	"math/rand"
	"reflect"
	"testing"
)

// Fast paths return the same values and errors as reflection.
var knownTypes = []struct {
	name string
	same func(*testing.T, Raw) (accepted bool)
}{
	{"int64", same[int64]}, {"int", same[int]}, {"float64", same[float64]}, {"bool", same[bool]}, {"string", same[string]},
	{"bytes", same[[]byte]}, {"any", same[any]}, {"[]int64", same[[]int64]}, {"[]int", same[[]int]}, {"[]float64", same[[]float64]},
	{"[]bool", same[[]bool]}, {"[]string", same[[]string]}, {"[][]byte", same[[][]byte]}, {"[]any", same[[]any]},
	{"[]map[string]any", same[[]map[string]any]}, {"map[string]int64", same[map[string]int64]}, {"map[string]int", same[map[string]int]},
	{"map[string]float64", same[map[string]float64]}, {"map[string]bool", same[map[string]bool]},
	{"map[string]string", same[map[string]string]}, {"map[string]any", same[map[string]any]}, {"map[int64]int64", same[map[int64]int64]},
	{"map[int64]string", same[map[int64]string]}, {"map[int64]any", same[map[int64]any]}, {"map[any]any", same[map[any]any]},
}

// same converts raw to a T and back, with and without reflection, and compares the results.
func same[T any](t *testing.T, raw Raw) bool {
	t.Helper()
	quick, quickErr := To[T](raw)
	slow, slowErr := toReflected[T](raw)
	if (quickErr == nil) != (slowErr == nil) || quickErr != nil && quickErr.Error() != slowErr.Error() {
		t.Errorf("%T of %x: %v, by reflection %v", quick, raw.Bytes(), quickErr, slowErr)
		return false
	}
	if quickErr != nil {
		return false
	}
	if !reflect.DeepEqual(quick, slow) {
		t.Errorf("%T of %x: %#v, by reflection %#v", quick, raw.Bytes(), quick, slow)
	}
	sameBack(t, quick)
	return true
}

func sameBack[T any](t *testing.T, v T) {
	t.Helper()
	quick, _, known, quickErr := EncodeFast(&v, nil)
	slow, _, slowErr := EncodeReflect(reflect.ValueOf(v), nil)
	if !known {
		if k := reflect.TypeFor[T]().Kind(); k == reflect.Map || k == reflect.Slice && reflect.TypeFor[T]().Elem().Kind() != reflect.Uint8 {
			t.Errorf("%T is not known", v)
		}
		return
	}
	if (quickErr == nil) != (slowErr == nil) || quickErr != nil && quickErr.Error() != slowErr.Error() {
		t.Errorf("%#v: %v, by reflection %v", v, quickErr, slowErr)
	} else if quick.Type != slow.Type || quick.Integer != slow.Integer || !bytes.Equal(quick.Bytes(), slow.Bytes()) {
		t.Errorf("%#v: %v %x, by reflection %v %x", v, quick.Type, quick.Bytes(), slow.Type, slow.Bytes())
	}
}

func TestFastPathsAgreeWithReflection(t *testing.T) {
	var raws []Raw
	for _, v := range []any{
		nil, true, 5, 1.5, "é", []byte{1}, geo("{}"), hll("h"), []any{}, []any{1, -1, 300, 1 << 40}, []any{1, "a"}, []any{1.5, 2, 1<<53 + 1},
		[]any{true, false}, []any{"a", "", "bc"}, []any{[]byte("a"), nil}, []any{nil}, []any{[]any{1}}, []any{map[string]any{"a": []any{}}, nil},
		map[any]any{}, map[any]any{"b": 1, "a": 2, "": 3}, map[any]any{"a": "x"}, map[any]any{"a": 1.5, "b": 2}, map[any]any{"a": true},
		map[any]any{1: 1, -1: 2, 1 << 40: 3}, map[any]any{1: "a"}, map[any]any{1: "a", "a": 2, key("k"): nil}, map[any]any{"a": nil},
		map[any]any{"a": map[any]any{"b": []byte("c")}}, map[any]any{key("x"): 1}, nested(DepthMax), []any{geo("x")},
	} {
		raw, _, err := Encode(v, nil)
		if err != nil {
			t.Fatal(err)
		}
		raws = append(raws, raw)
		if raw.Type >= List { // truncated, and with a trailing byte
			b := raw.Bytes()
			raws = append(raws, OfBytes(raw.Type, append(bytes.Clone(b), 0)), OfBytes(raw.Type, b[:len(b)-1]))
		}
	}
	long := make([]any, 3*maxPrealloc)
	byText := map[string]any{}
	for i := range long {
		long[i] = i * i
		byText[string(rune('a'+i))] = "text"
	}
	raws = append(raws, first(t, long), first(t, byText), ofHex(t, List, "91a203ff"), ofHex(t, List, "91c1"), ofHex(t, Map, "8190c0"),
		ofHex(t, List, "80"), Raw{Type: 99}, OfString(String, "\xff"), ofHex(t, List, "dd7fffffff"), ofHex(t, Map, "82a2036101a2036102"))
	r := rand.New(rand.NewSource(1))
	for range 300 {
		raws = append(raws, first(t, random(r, 3)))
	}
	for _, k := range knownTypes {
		accepted := 0
		for _, raw := range raws {
			if k.same(t, raw) {
				accepted++
			}
		}
		if accepted < 1 {
			t.Errorf("%s: nothing was accepted", k.name)
		}
	}
	// Values that can't be encoded have the same error.
	sameBack(t, []string{"\xff"})
	sameBack(t, map[string]string{"a": "b\x00"})
	sameBack(t, map[string]int64{"\xff": 1})
	sameBack(t, map[int64]string{-7: "\xff"})
	sameBack(t, []any{map[any]any{1.5: 1}})
	sameBack(t, map[any]any{int64(1): 1, int32(1): 2})
	sameBack(t, map[any]any{nil: 1})
	sameBack(t, []any{nested(DepthMax)})
	sameBack(t, map[string]any{"a": make(chan int)})
	sameBack(t, []map[string]any{nil, {"a": uint64(1 << 63)}})
	sameBack(t, []int64(nil))
	sameBack(t, map[string]int64(nil))
}

func first(t *testing.T, v any) Raw {
	t.Helper()
	raw, _, err := Encode(v, nil)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// Strings are cut from a copy of the document: they don't change with it.
func TestStringsOutliveTheirDocument(t *testing.T) {
	for _, size := range []int{1, maxShared / 2, maxShared, 2 * maxShared} {
		text := string(bytes.Repeat([]byte("x"), size))
		raw := first(t, map[string]any{text: []any{"é", text}})
		got, err := To[map[string][]any](raw)
		quick, quickErr := To[map[string]any](raw)
		clear(raw.Bytes())
		want := []any{"é", text}
		if err != nil || !reflect.DeepEqual(got[text], want) || quickErr != nil || !reflect.DeepEqual(quick[text], want) {
			t.Error(size, err, quickErr)
		}
	}
}

func TestAllocations(t *testing.T) {
	list := first(t, []any{0, 1, 2, 3, 4, 5, 6, 7, 8, 900})
	texts := first(t, []any{"alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa"})
	keyed := first(t, map[string]any{"alpha": 0, "beta": 1, "gamma": 2, "delta": 3, "epsilon": 4, "zeta": 5, "eta": 6, "theta": 7, "iota": 8, "kappa": 900})
	integers, _ := To[[]int64](list)
	counts, _ := To[map[string]int64](keyed)
	scratch := make([]byte, 0, 256)
	for _, c := range []struct {
		name string
		most float64
		run  func()
	}{
		{"int64", 0, func() { To[int64](OfInteger(5)) }},
		{"string", 1, func() { To[string](OfString(String, "alpha")) }},
		{"[]int64", 1, func() { To[[]int64](list) }},
		{"[]string", 2, func() { To[[]string](texts) }},
		{"map[string]int64", 5, func() { To[map[string]int64](keyed) }}, // 4 of the map itself, 1 for the copy that its keys are cut from
		{"[]int64 out", 0, func() { EncodeFast(&integers, scratch) }},
		{"map[string]int64 out", 0, func() { EncodeFast(&counts, scratch) }},
	} {
		if got := testing.AllocsPerRun(100, c.run); got > c.most {
			t.Errorf("%s: %v allocations, at most %v", c.name, got, c.most)
		}
	}
}

func BenchmarkFastPaths(b *testing.B) {
	list, _, _ := Encode([]any{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, nil)
	keyed, _, _ := Encode(map[string]any{"a": 0, "b": 1, "c": 2, "d": 3, "e": 4, "f": 5, "g": 6, "h": 7, "i": 8, "j": 9}, nil)
	scratch := make([]byte, 0, 256)
	b.Run("list10", func(b *testing.B) {
		for b.Loop() {
			v, _ := To[[]int64](list)
			EncodeFast(&v, scratch)
		}
	})
	b.Run("map10", func(b *testing.B) {
		for b.Loop() {
			v, _ := To[map[string]int64](keyed)
			EncodeFast(&v, scratch)
		}
	})
}
