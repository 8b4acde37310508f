package value

import (
	"encoding/hex"
	"reflect"
	"strings"
	"testing"
)

type anys []any

// container checks that a T of so many levels, whose msgpack is head and then an element, nests DepthMax levels in all.
func container[T any](own int, head string, of func(any) T) func(*testing.T) {
	return func(t *testing.T) {
		for _, levels := range []int{DepthMax, DepthMax + 1} {
			document := head + strings.Repeat("91", levels-own) + "01"
			raw := ofHex(t, typeOfHead(head), document)
			v := of(nested(levels - own))
			decoded, err := To[T](raw)
			if levels > DepthMax {
				if err != errTooDeep {
					t.Errorf("decoding %d levels: %v", levels, err)
				}
				if _, _, err := Encode(v, nil); err != errTooDeep {
					t.Errorf("encoding %d levels: %v", levels, err)
				}
				continue
			}
			if err != nil || !reflect.DeepEqual(decoded, v) {
				t.Errorf("decoding %d levels: %v, %v", levels, decoded, err)
			}
			encoded, _, err := Encode(v, nil)
			if err != nil || hex.EncodeToString(encoded.Bytes()) != document {
				t.Errorf("encoding %d levels: %x, %v", levels, encoded.Bytes(), err)
			}
		}
	}
}

func typeOfHead(head string) Type {
	if head[0] == '8' {
		return Map
	}
	return List
}

func TestDepthOfContainers(t *testing.T) {
	for name, test := range map[string]func(*testing.T){
		"[]any":          container(1, "91", func(v any) []any { return []any{v} }),
		"anys":           container(1, "91", func(v any) anys { return anys{v} }),
		"[]anys":         container(2, "9191", func(v any) []anys { return []anys{{v}} }),
		"map[string]any": container(1, "82c70001c0a2036b", func(v any) map[string]any { return map[string]any{"k": v} }),
		"map[int64]any":  container(1, "82c70001c005", func(v any) map[int64]any { return map[int64]any{5: v} }),
		"map[any]any":    container(1, "82c70001c005", func(v any) map[any]any { return map[any]any{int64(5): v} }),
		"map[label]any":  container(1, "82c70001c0a2036b", func(v any) map[label]any { return map[label]any{"k": v} }),
		"struct":         container(1, "82c70001c0a20356", func(v any) struct{ V any } { return struct{ V any }{v} }),
		"[]map[string]any": container(2, "9182c70001c0a2036b", func(v any) []map[string]any {
			return []map[string]any{{"k": v}}
		}),
	} {
		t.Run(name, test)
	}
}

func TestDepthOfStructs(t *testing.T) {
	for levels, want := range map[int]error{DepthMax: nil, DepthMax + 1: errTooDeep} {
		nested := reflect.TypeFor[struct{ A int }]()
		for range levels - 1 {
			nested = reflect.SliceOf(nested)
		}
		raw := ofHex(t, List, strings.Repeat("91", levels-1)+"80")
		if err := Decode(raw, reflect.New(nested).Elem()); err != want {
			t.Errorf("%d levels: %v; want %v", levels, err, want)
		}
	}
}

// A field that the struct doesn't have is skipped, wherever it is, and checked all the same.
func TestUnknownFields(t *testing.T) {
	type known struct{ A, C int }
	for _, c := range []struct {
		unknown string // between the fields A and C
		want    string
	}{
		{"a2034201", ""},
		{"a20342" + "9301" + "9102" + "82c70001c00506", ""},
		{"a20342" + strings.Repeat("91", DepthMax-1) + "01", ""},
		{"a20342" + strings.Repeat("91", DepthMax) + "01", "deeper than 64"},
		{"a20342" + "91c1", "0xc1"},
		{"c301", "not the boolean true"},
	} {
		got, err := To[known](ofHex(t, Map, "83a2034101"+c.unknown+"a2034303"))
		if c.want == "" && (err != nil || got != known{1, 3}) || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v, %v; want %q", c.unknown, got, err, c.want)
		}
	}
}

// Counts and lengths have the shortest head, as those of as_msgpack.
func TestHeads(t *testing.T) {
	keyed := func(n int) map[int64]bool {
		m := make(map[int64]bool, n)
		for i := range n {
			m[int64(i)] = true
		}
		return m
	}
	for _, c := range []struct {
		v    any
		want string
	}{
		{make([]bool, 15), "9f"}, {make([]bool, 16), "dc0010"}, {make([]bool, 65535), "dcffff"}, {make([]bool, 65536), "dd00010000"},
		{keyed(14), "8fc7"}, {keyed(15), "de0010c7"}, {keyed(65534), "deffffc7"}, {keyed(65535), "df00010000c7"},
		{[]string{text(30)}, "91bf03"}, {[]string{text(31)}, "91d92003"}, {[]string{text(254)}, "91d9ff03"}, {[]string{text(255)}, "91da010003"},
		{[]string{text(65534)}, "91daffff03"}, {[]string{text(65535)}, "91db0001000003"}, {[][]byte{make([]byte, 31)}, "91d92004"},
		{[]int64{127, 128, 255, 256, 65535, 65536, 1<<32 - 1, 1 << 32}, "987fcc80ccffcd0100cdffffce00010000ceffffffffcf0000000100000000"},
		{[]int64{-32, -33, -128, -129, -32768, -32769, -1 << 31, -1<<31 - 1}, "98e0d0dfd080d1ff7fd18000d2ffff7fffd280000000d3ffffffff7fffffff"},
	} {
		raw, _, err := Encode(c.v, nil)
		if err != nil || !strings.HasPrefix(hex.EncodeToString(raw.Bytes()), c.want) {
			t.Errorf("%T: %.20x, %v; want %s", c.v, raw.Bytes(), err, c.want)
			continue
		}
		decoded := reflect.New(reflect.TypeOf(c.v))
		if err := Decode(raw, decoded.Elem()); err != nil || !reflect.DeepEqual(decoded.Elem().Interface(), c.v) {
			t.Errorf("%T with the head %s is not decoded: %v", c.v, c.want, err)
		}
	}
}

func text(n int) string { return strings.Repeat("x", n) }

// A host that passes no data with a length gets no bytes, and no crash.
func TestLengthWithoutData(t *testing.T) {
	if b := (Raw{Type: Bytes, Length: 3}).Bytes(); b != nil {
		t.Error(b)
	}
	if v, err := ToAny(Raw{Type: List, Length: 3}); err == nil {
		t.Error(v)
	}
}
