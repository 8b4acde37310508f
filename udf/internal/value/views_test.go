package value

import (
	"encoding/hex"
	"math/rand"
	"reflect"
	"strings"
	"testing"
)

// viewOf decodes a document to a view.
func viewOf(t *testing.T, raw Raw) string {
	t.Helper()
	if raw.Type == Map {
		v, err := To[mapView](raw)
		if err != nil {
			t.Fatal(err)
		}
		return v.msgpack
	}
	v, err := To[listView](raw)
	if err != nil {
		t.Fatal(err)
	}
	return v.msgpack
}

// Whatever its order flags and the length of its head, a list or map crosses a view with the same bytes, alone and inside
// of another one.
func TestAViewHasTheSameBytes(t *testing.T) {
	for _, text := range []string{
		"90", "9101", "93c700010102", "92c7000001", "dc0001ff", "dd0000000101", "dc0003c700010102", "dd00000003c700010102",
		"80", "81c70001c0", "82c70003c0a2036101", "82c70000c0a2036101", "de0001a2036101", "df00000001a2036101",
		"de0002c70001c0a2036101", "df00000002c70001c00102", "9193c700010102", "91df00000002c70001c00102", "91a203ff", "91a400646566",
	} {
		raw := ofHex(t, List, text)
		if text[0] == '8' || text[:2] == "de" || text[:2] == "df" {
			raw.Type = Map
		}
		if got := hex.EncodeToString([]byte(viewOf(t, raw))); got != text {
			t.Errorf("%s became %s", text, got)
		}
		inside := ofHex(t, List, "9301"+text+"c3")
		var got []any
		var err error
		if raw.Type == Map {
			var v struct{ M mapView }
			v.M.msgpack = viewOf(t, raw)
			got = []any{v.M, []mapView{v.M}, map[string]any{"k": v.M}, &v.M}
			_, err = To[[]any](inside)
		} else {
			v := listView{viewOf(t, raw)}
			got = []any{v, []listView{v}, map[string]any{"k": v}, &v}
		}
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range []string{text, "91" + text, "82c70001c0a2036b" + text, text} {
			out, _, err := Encode(got[i], nil)
			if result := hex.EncodeToString(out.Bytes()); err != nil || result != want {
				t.Errorf("%T with %s was encoded to %s, %v", got[i], text, result, err)
			}
		}
	}
}

func TestAViewInsideAList(t *testing.T) {
	for _, text := range []string{"93c700010102", "dc0001ff", "dd0000000101", "dd00000003c700010102", "90"} {
		views, err := To[[]listView](ofHex(t, List, "93"+text+"c0"+text))
		if err != nil || len(views) != 3 || views[0] != views[2] || views[1].msgpack != "" ||
			hex.EncodeToString([]byte(views[0].msgpack)) != text {
			t.Errorf("%s: %x, %v", text, views, err)
		}
	}
	for _, text := range []string{"81c70001c0", "de0002c70001c0a2036101", "df0000000101a20361"} {
		type pair struct {
			A, B mapView
		}
		v, err := To[pair](ofHex(t, Map, "82a20341"+text+"a20342c0"))
		if err != nil || hex.EncodeToString([]byte(v.A.msgpack)) != text || v.B.msgpack != "" {
			t.Errorf("%s: %x, %v", text, v, err)
		}
	}
}

// A view reports what the plain type does.
func TestErrorsOfViews(t *testing.T) {
	deep := strings.Repeat("91", DepthMax+1) + "01"
	for _, c := range []struct {
		typ Type
		hex string
	}{
		{List, "9201"}, {List, "9101ff"}, {List, "81c001"}, {Map, "9101"}, {Map, "81c001"}, {Map, "81cb000000000000000001"},
		{List, "9181c201"}, {List, "91c1"}, {List, "92c70005c0"}, {List, deep}, {Map, "8101" + deep[2:]}, {Integer, ""}, {String, "61"},
		{Bytes, "ff"}, {Nil, ""}, {Boolean, ""}, {99, ""},
	} {
		raw := ofHex(t, c.typ, c.hex)
		_, list := To[[]any](raw)
		_, mapping := To[map[any]any](raw)
		_, listed := To[listView](raw)
		_, mapped := To[mapView](raw)
		for _, pair := range [][2]error{{list, listed}, {mapping, mapped}} {
			if lastOf(pair[0]) != lastOf(pair[1]) {
				t.Errorf("%v %s: %q, want %q", c.typ, c.hex, lastOf(pair[1]), lastOf(pair[0]))
			}
		}
	}
}

func lastOf(err error) string {
	if err == nil {
		return ""
	}
	parts := strings.Split(err.Error(), ": ") // without the element, which a view does not name
	return parts[len(parts)-1]
}

func TestDepthOfAViewInsideOthers(t *testing.T) {
	inner := viewOf(t, ofHex(t, List, strings.Repeat("91", DepthMax)+"01"))
	if _, _, err := Encode(listView{inner}, nil); err != nil {
		t.Error(err)
	}
	if _, _, err := Encode([]listView{{inner}}, nil); err != errTooDeep {
		t.Error(err)
	}
	if _, _, err := Encode([]any{listView{inner[1:]}}, nil); err != nil {
		t.Error(err)
	}
}

// Views of random values read as the values do.
func TestViewsReadAsPlainValues(t *testing.T) {
	chance := rand.New(rand.NewSource(1))
	for range 2000 {
		v := randomValue(chance, 3)
		raw, _, err := Encode(v, nil)
		if err != nil || raw.Type < List {
			continue
		}
		plain, err := ToAny(raw)
		if err != nil {
			t.Fatal(err)
		}
		msgpack := viewOf(t, raw)
		if got := ViewAll(msgpack); !reflect.DeepEqual(got, plain) {
			t.Fatalf("%v, want %v", got, plain)
		}
		switch plain := plain.(type) {
		case []any:
			checkList(t, msgpack, plain)
		case map[any]any:
			checkMap(t, msgpack, plain)
		}
	}
}

func checkList(t *testing.T, msgpack string, plain []any) {
	t.Helper()
	if ViewLen(msgpack) != len(plain) {
		t.Fatal(ViewLen(msgpack))
	}
	var ranged []any
	ViewElements(msgpack, func(i int, v any) bool {
		if i != len(ranged) {
			t.Fatal(i)
		}
		ranged = append(ranged, v)
		return true
	})
	var typed []any
	ViewElementsTo(msgpack, func(v any, err error) bool {
		typed = append(typed, v)
		return err == nil
	})
	for i, want := range plain {
		one, err := ViewElementTo[any](msgpack, i)
		for _, got := range []any{ViewElement(msgpack, i), ranged[i], typed[i], one} {
			if err != nil || !reflect.DeepEqual(got, want) {
				t.Fatalf("element %d: %v, %v; want %v", i, got, err, want)
			}
		}
	}
	for _, i := range []int{-1, len(plain)} {
		if _, err := ViewElementTo[any](msgpack, i); err == nil {
			t.Fatalf("there is an element %d", i)
		}
	}
}

func checkMap(t *testing.T, msgpack string, plain map[any]any) {
	t.Helper()
	if ViewLen(msgpack) != len(plain) {
		t.Fatal(ViewLen(msgpack))
	}
	pairs := 0
	ViewPairs(msgpack, func(k, v any) bool {
		pairs++
		got, ok := ViewValue(msgpack, k)
		typed, there, err := ViewValueTo[any](msgpack, k)
		want := plain[k]
		if !ok || !there || err != nil || !reflect.DeepEqual(got, want) || !reflect.DeepEqual(typed, want) || !reflect.DeepEqual(v, want) {
			t.Fatalf("key %v: %v, %v, %v; want %v", k, got, typed, err, want)
		}
		return true
	})
	if pairs != len(plain) {
		t.Fatalf("%d pairs", pairs)
	}
	if _, ok := ViewValue(msgpack, "no such key"); ok {
		t.Fatal("there is another key")
	}
}

func randomValue(chance *rand.Rand, depth int) any {
	kinds := 8
	if depth == 0 {
		kinds = 6
	}
	switch chance.Intn(kinds) {
	case 0:
		return chance.Intn(2) == 0
	case 1:
		return chance.Int63() >> chance.Intn(64)
	case 2:
		return -(chance.Int63() >> chance.Intn(64))
	case 3:
		return chance.NormFloat64()
	case 4:
		return strings.Repeat("é", chance.Intn(300)>>chance.Intn(9))
	case 5:
		return nil
	case 6:
		list := make([]any, chance.Intn(20))
		for i := range list {
			list[i] = randomValue(chance, depth-1)
		}
		return list
	}
	m := map[any]any{}
	for range chance.Intn(20) {
		var k any = chance.Int63() >> chance.Intn(64)
		if chance.Intn(2) == 0 {
			k = string(rune('a' + chance.Intn(26)))
		}
		m[k] = randomValue(chance, depth-1)
	}
	return m
}

func TestElementsOfTheWrongType(t *testing.T) {
	msgpack := viewOf(t, ofHex(t, List, "9401a20361920102"+"05"))
	var sum int64
	var errors []string
	ViewElementsTo(msgpack, func(n int64, err error) bool {
		sum += n
		if err != nil {
			errors = append(errors, err.Error())
		}
		return true
	})
	want := []string{`element 1: expected an integer, got the string "a"`, "element 2: expected an integer, got a list of 2"}
	if sum != 6 || !reflect.DeepEqual(errors, want) {
		t.Errorf("%d, %q", sum, errors)
	}
	count := 0
	ViewElementsTo(msgpack, func(n []string, err error) bool { // fails inside of an element
		count++
		return true
	})
	if count != 4 {
		t.Errorf("%d elements", count)
	}
}

var sink any

func BenchmarkList1000(b *testing.B) {
	list := make([]int64, 1000)
	for i := range list {
		list[i] = int64(i) * 1000
	}
	raw, _, _ := Encode(list, nil)
	var scratch []byte
	b.Run("pass on/[]Value", func(b *testing.B) {
		b.ReportAllocs()
		for range b.N {
			v, _ := To[[]any](raw)
			_, scratch, _ = Encode(v, scratch)
		}
	})
	b.Run("pass on/[]int64", func(b *testing.B) {
		b.ReportAllocs()
		for range b.N {
			v, _ := To[[]int64](raw)
			_, scratch, _ = Encode(v, scratch)
		}
	})
	b.Run("pass on/view", func(b *testing.B) {
		b.ReportAllocs()
		for range b.N {
			v, _ := To[listView](raw)
			_, scratch, _ = Encode(v, scratch)
		}
	})
	b.Run("element 500/[]Value", func(b *testing.B) {
		b.ReportAllocs()
		for range b.N {
			v, _ := To[[]any](raw)
			sink = v[500]
		}
	})
	b.Run("element 500/view", func(b *testing.B) {
		b.ReportAllocs()
		for range b.N {
			v, _ := To[listView](raw)
			sink = ViewElement(v.msgpack, 500)
		}
	})
	b.Run("range/[]Value", func(b *testing.B) {
		b.ReportAllocs()
		for range b.N {
			v, _ := To[[]any](raw)
			var sum int64
			for _, e := range v {
				sum += e.(int64)
			}
			sink = sum
		}
	})
	b.Run("range/view", func(b *testing.B) {
		b.ReportAllocs()
		for range b.N {
			v, _ := To[listView](raw)
			var sum int64
			ViewElementsTo(v.msgpack, func(n int64, err error) bool {
				sum += n
				return true
			})
			sink = sum
		}
	})
}

func TestTheDeepestViewIsDecodedWhole(t *testing.T) {
	v := ViewAll(viewOf(t, ofHex(t, List, strings.Repeat("91", DepthMax)+"01")))
	for range DepthMax {
		list, ok := v.([]any)
		if !ok || len(list) != 1 {
			t.Fatalf("not %d levels deep, but %v", DepthMax, v)
		}
		v = list[0]
	}
	if v != int64(1) {
		t.Errorf("got %v", v)
	}
}

func TestAnElementOfTheDeepestView(t *testing.T) {
	v := ViewElement(viewOf(t, ofHex(t, List, strings.Repeat("91", DepthMax)+"01")), 0)
	for range DepthMax - 1 {
		list, ok := v.([]any)
		if !ok || len(list) != 1 {
			t.Fatalf("not %d levels deep, but %v", DepthMax, v)
		}
		v = list[0]
	}
	if v != int64(1) {
		t.Errorf("the innermost value became %v", v)
	}
}
