package value

import (
	"encoding/hex"
	"math"
	"math/rand"
	"reflect"
	"strings"
	"testing"
)

type (
	geo string
	hll []byte
	key string

	listView struct{ msgpack string }
	mapView  struct{ msgpack string }
)

func init() {
	Declare[geo, hll, key]()
	DeclareViews[listView, mapView]()
}

// The bytes that the server's as_msgpack writes for the same value, maps key-ordered.
var documents = []struct {
	name string
	v    any // as a udf.Value
	hex  string
}{
	{"empty list", []any{}, "90"},
	{"scalars", []any{nil, true, false, 1.5}, "94" + "c0" + "c3" + "c2" + "cb3ff8000000000000"},
	{"small integers", []any{int64(0), int64(127), int64(-1), int64(-32)}, "94" + "00" + "7f" + "ff" + "e0"},
	{"8 bits", []any{int64(128), int64(255), int64(-33), int64(-128)}, "94" + "cc80" + "ccff" + "d0df" + "d080"},
	{"16 bits", []any{int64(256), int64(65535), int64(-129), int64(-32768)}, "94" + "cd0100" + "cdffff" + "d1ff7f" + "d18000"},
	{"32 bits", []any{int64(65536), int64(-32769)}, "92" + "ce00010000" + "d2ffff7fff"},
	{"64 bits", []any{int64(math.MaxInt64), int64(math.MinInt64)}, "92" + "cf7fffffffffffffff" + "d38000000000000000"},
	{"string", []any{"ab", ""}, "92" + "a3036162" + "a103"},
	{"bytes", []any{[]byte{0, 255}, []byte{}}, "92" + "a30400ff" + "a104"},
	{"geojson", []any{geo("{}")}, "91" + "a3177b7d"},
	{"hll", []any{hll{1, 2}}, "91" + "a3120102"},
	{"long string", []any{strings.Repeat("x", 31)}, "91" + "d92003" + strings.Repeat("78", 31)},
	{"longer string", []any{strings.Repeat("x", 300)}, "91" + "da012d03" + strings.Repeat("78", 300)},
	{"16 elements", []any{int64(1), int64(1), int64(1), int64(1), int64(1), int64(1), int64(1), int64(1), int64(1), int64(1), int64(1), int64(1), int64(1), int64(1), int64(1), int64(1)},
		"dc0010" + strings.Repeat("01", 16)},
	{"empty map", map[any]any{}, "81" + "c70001c0"},
	{"map", map[any]any{"b": int64(1), "a": []any{}}, "83" + "c70001c0" + "a20361" + "90" + "a20362" + "01"},
	{"key order", map[any]any{key("a"): true, "b": true, "a": true, "ab": true, int64(-1): true, int64(300): true},
		"87" + "c70001c0" + "ff" + "c3" + "cd012c" + "c3" + "a20361" + "c3" + "a3036162" + "c3" + "a20362" + "c3" + "a20461" + "c3"},
}

func encodeHex(t *testing.T, v any) (string, error) {
	t.Helper()
	raw, _, err := Encode(v, nil)
	return hex.EncodeToString(raw.Bytes()), err
}

func ofHex(t *testing.T, typ Type, text string) Raw {
	t.Helper()
	b, err := hex.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return OfBytes(typ, b)
}

func typeOf(v any) Type {
	if _, ok := v.(map[any]any); ok {
		return Map
	}
	return List
}

func TestDocuments(t *testing.T) {
	for _, d := range documents {
		t.Run(d.name, func(t *testing.T) {
			got, err := encodeHex(t, d.v)
			if err != nil || got != d.hex {
				t.Errorf("encoded to %s, %v; want %s", got, err, d.hex)
			}
			back, err := ToAny(ofHex(t, typeOf(d.v), d.hex))
			if err != nil || !reflect.DeepEqual(back, d.v) {
				t.Errorf("decoded to %#v, %v; want %#v", back, err, d.v)
			}
		})
	}
}

// Other encodings of the same values.
func TestOtherEncodings(t *testing.T) {
	for _, c := range []struct {
		name string
		typ  Type
		hex  string
		want any
	}{
		{"unordered map", Map, "81a2036101", map[any]any{"a": int64(1)}},
		{"key-value-ordered map", Map, "82c70003c0a2036101", map[any]any{"a": int64(1)}},
		{"ordered list", List, "93c700010102", []any{int64(1), int64(2)}},
		{"unordered list that says so", List, "92c7000001", []any{int64(1)}},
		{"float32", List, "91ca3fc00000", []any{1.5}},
		{"wide integers", List, "93d300000000000000050cd1ffff", []any{int64(5), int64(12), int64(-1)}},
		{"bin", List, "91c4030461ff", []any{[]byte{0x61, 0xff}}},
		{"blob of another language", List, "91a307dead", nil},
		{"str without a type", List, "91a0", []any{[]byte{}}},
		{"32 bit heads", List, "dd00000001df00000000", []any{map[any]any{}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := ToAny(ofHex(t, c.typ, c.hex))
			if c.want == nil {
				c.want = []any{[]byte{0xde, 0xad}}
			}
			if err != nil || !reflect.DeepEqual(got, c.want) {
				t.Errorf("%#v, %v; want %#v", got, err, c.want)
			}
		})
	}
}

func TestInvalidMsgpack(t *testing.T) {
	for _, c := range []struct {
		name string
		typ  Type
		hex  string
		want string
	}{
		{"nothing", List, "", "truncated"},
		{"another type", List, "80", "holds a map, not a list"},
		{"bytes after the end", List, "9000", "after its end"},
		{"invented count", List, "ddffffffff01", "truncated"},
		{"invented pairs", Map, "dfffffffff0101", "truncated"},
		{"invented length", List, "91dbffffffff03", "truncated"},
		{"unsigned beyond 63 bits", List, "91cf8000000000000000", "9223372036854775808"},
		{"ext as an element", List, "9201d40100", "ext"},
		{"ext of a length", List, "91c7010100", "ext"},
		{"value order alone", Map, "81c70002c0", "order flag"},
		{"list order 2", List, "91c70002", "order flag"},
		{"order of a value", Map, "81c7000101", "isn't nil"},
		{"unused byte", List, "91c1", "0xc1"},
		{"boolean key", Map, "81c301", "not the boolean true"},
		{"list as a key", Map, "819001", "not a list of 0"},
		{"invalid UTF-8", List, "91a203ff", "UTF-8"},
		{"no such type", Type(77), "", "no Aerospike type 77"},
	} {
		t.Run(c.name, func(t *testing.T) {
			v, err := ToAny(ofHex(t, c.typ, c.hex))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%#v, %v; want an error with %q", v, err, c.want)
			}
		})
	}
}

func TestValuesThatCannotBeEncoded(t *testing.T) {
	cycle := []any{nil}
	cycle[0] = cycle
	var chain any
	chain = &chain
	type node struct {
		Next *node
		N    int
	}
	for _, c := range []struct {
		name string
		v    any
		want string
	}{
		{"NUL in a list", []any{"a\x00b"}, "element 0: a string inside a list or map holds a NUL"},
		{"NUL in a key", map[string]int{"a\x00": 1}, "NUL"},
		{"NUL in GeoJSON", []any{geo("\x00")}, "NUL"},
		{"invalid UTF-8", "\xff", "UTF-8"},
		{"invalid UTF-8 in a list", []string{"\xff"}, "element 0: a string is not valid UTF-8"},
		{"too large", uint64(math.MaxUint64), "18446744073709551615 is beyond"},
		{"too large in a list", []uint{1 << 63}, "element 0: the integer 9223372036854775808"},
		{"a list in itself", cycle, "deeper than 64"},
		{"a pointer to itself", chain, "64 pointers"},
		{"boolean key", map[any]any{true: 1}, "not bool"},
		{"nil key", map[any]any{nil: 1}, "not nil"},
		{"GeoJSON key", map[any]any{geo("a"): 1}, "not value.geo"},
		{"one key twice", map[any]any{int64(1): 1, 1: 2}, "key 1: two keys"},
		{"channel", make(chan int), "chan int has no Aerospike value"},
		{"channel in any", []any{make(chan int)}, "element 0: chan int has"},
		{"recursive", node{}, "contains itself"},
		{"array", [2]int{}, "use the slice []int"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, _, err := Encode(c.v, nil)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v; want an error with %q", err, c.want)
			}
		})
	}
}

// nested returns n nested lists.
func nested(n int) any {
	var v any = int64(1)
	for range n {
		v = []any{v}
	}
	return v
}

func TestDepth(t *testing.T) {
	if _, err := encodeHex(t, nested(DepthMax)); err != nil {
		t.Errorf("depth %d: %v", DepthMax, err)
	}
	if _, err := encodeHex(t, nested(DepthMax+1)); err == nil {
		t.Errorf("depth %d was written", DepthMax+1)
	}
	if _, _, err := Encode([][]any{{nested(DepthMax - 1)}}, nil); err == nil {
		t.Error("depth 65 was written by reflection")
	}
	for _, c := range []struct {
		depth int
		fine  bool
	}{{DepthMax, true}, {DepthMax + 1, false}} {
		raw := ofHex(t, List, strings.Repeat("91", c.depth)+"01")
		if _, err := ToAny(raw); (err == nil) != c.fine {
			t.Errorf("reading depth %d: %v", c.depth, err)
		}
		if _, err := To[[]any](raw); (err == nil) != c.fine {
			t.Errorf("reading depth %d as a list: %v", c.depth, err)
		}
		m := ofHex(t, Map, "81a20361"+strings.Repeat("91", c.depth-1)+"01")
		if _, err := To[struct{ B int }](m); (err == nil) != c.fine {
			t.Errorf("skipping depth %d: %v", c.depth, err)
		}
		deep := ofHex(t, Map, strings.Repeat("81a20361", c.depth)+"01")
		if _, err := ToAny(deep); (err == nil) != c.fine {
			t.Errorf("reading maps of depth %d: %v", c.depth, err)
		}
	}
}

// random returns a value as ToAny does.
func random(r *rand.Rand, depth int) any {
	kinds := 8
	if depth > 0 {
		kinds = 10
	}
	text := func() string { return strings.Repeat("añ€", r.Intn(30)) }
	switch r.Intn(kinds) {
	case 0:
		return nil
	case 1:
		return r.Intn(2) == 0
	case 2, 3:
		return int64(r.Uint64()) >> r.Intn(64) // of any size and sign
	case 4:
		return r.NormFloat64()
	case 5:
		return text()
	case 6:
		return []byte(text())
	case 7:
		if r.Intn(2) == 0 {
			return geo(text())
		}
		return hll(text())
	case 8:
		list := make([]any, r.Intn(20))
		for i := range list {
			list[i] = random(r, depth-1)
		}
		return list
	}
	m := map[any]any{}
	for range r.Intn(20) {
		var k any
		switch r.Intn(3) {
		case 0:
			k = r.Int63() >> r.Intn(63)
		case 1:
			k = text()
		default:
			k = key(text())
		}
		m[k] = random(r, depth-1)
	}
	return m
}

func TestRoundTrip(t *testing.T) {
	for seed := range int64(2000) {
		v := random(rand.New(rand.NewSource(seed)), 4)
		raw, _, err := Encode(v, nil)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		back, err := ToAny(raw)
		if err != nil || !reflect.DeepEqual(back, v) {
			t.Fatalf("seed %d: %#v, %v; want %#v", seed, back, err, v)
		}
	}
}

func TestTruncatedAnywhere(t *testing.T) {
	for seed := range int64(200) {
		v := []any{random(rand.New(rand.NewSource(seed)), 3), map[any]any{"k": int64(seed)}}
		raw, _, err := Encode(v, nil)
		if err != nil {
			t.Fatal(err)
		}
		whole := raw.Bytes()
		for n := range whole {
			cut := OfBytes(List, append([]byte(nil), whole[:n]...))
			if got, err := ToAny(cut); err == nil {
				t.Fatalf("seed %d: %d of %d bytes were read as %#v", seed, n, len(whole), got)
			}
			if _, err := To[[]any](cut); err == nil {
				t.Fatalf("seed %d: %d of %d bytes were read as a list", seed, n, len(whole))
			}
		}
	}
}

// FuzzRead decodes any bytes: nothing panics, and a decoded value can be encoded and decoded again.
func FuzzRead(f *testing.F) {
	for _, d := range documents {
		b, _ := hex.DecodeString(d.hex)
		f.Add(byte(typeOf(d.v)), b)
	}
	f.Add(byte(Map), []byte("\x81\xc7\x00\x03\xc0"))
	f.Fuzz(func(t *testing.T, typ byte, b []byte) {
		raw := OfBytes(Type(typ), b)
		_, _ = To[map[string][]int](raw)
		_, _ = To[[]*struct {
			A map[key]geo
			B []string
		}](raw)
		v, err := ToAny(raw)
		if err != nil {
			return
		}
		again, _, err := Encode(v, nil)
		if err != nil {
			if strings.Contains(err.Error(), "NUL") {
				return
			}
			t.Fatalf("%#v was read and can't be written: %v", v, err)
		}
		back, err := ToAny(again)
		if err != nil {
			t.Fatal(err)
		}
		if first, _, _ := Encode(back, nil); string(first.Bytes()) != string(again.Bytes()) {
			t.Fatalf("%#v became %#v", v, back)
		}
	})
}
