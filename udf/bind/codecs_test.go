package bind_test

import (
	"bytes"
	"errors"
	"math"
	"math/rand"
	"reflect"
	"testing"

	"github.com/GeertJohan/aerospike-mod-go/udf"
	"github.com/GeertJohan/aerospike-mod-go/udf/bind"
	"github.com/GeertJohan/aerospike-mod-go/udf/internal/value"
	"github.com/GeertJohan/aerospike-mod-go/udf/testdata/codecs"
)

// Codecs are the same as reflection: bytes, values and errors.
func TestCodecsAgreeWithReflection(t *testing.T) {
	refused := 0
	for _, typ := range codecs.Types {
		t.Run(typ.String(), func(t *testing.T) {
			base := typ
			for base.Kind() == reflect.Pointer {
				base = base.Elem()
			}
			// An embedded pointer that reflection can't set is left to it.
			if hidden := reflect.TypeFor[codecs.HiddenPointer](); value.HasCodec(base) == (base == hidden) {
				t.Fatal("it has a codec:", value.HasCodec(base))
			}
			source := rand.New(rand.NewSource(int64(len(typ.String()))))
			g := generator{source}
			accepted := 0
			for range 1000 {
				v := reflect.New(typ).Elem()
				g.fill(v, 0)
				raw, ok := encoded(t, v)
				if !ok {
					refused++
					continue
				}
				accepted++
				decoded(t, typ, raw)
				decoded(t, typ, g.changed(raw))
				var other any
				g.fill(reflect.ValueOf(&other).Elem(), 0)
				if raw, _, err := value.Encode(other, nil); err == nil {
					decoded(t, typ, raw)
				}
			}
			if accepted < 100 {
				t.Error("only", accepted, "values were encoded")
			}
		})
	}
	if refused < 300 {
		t.Error("only", refused, "values were refused")
	}
}

// Too deep is the same error at every level.
func TestCodecsAgreeOnDepth(t *testing.T) {
	type deep = codecs.Pair[codecs.Wide, codecs.Pair[codecs.Octets, map[int64]codecs.Ratio]]
	for levels := value.DepthMax - 4; levels <= value.DepthMax; levels++ {
		var v any = deep{Val: codecs.Pair[codecs.Octets, map[int64]codecs.Ratio]{Val: map[int64]codecs.Ratio{1: 2}}}
		for range levels {
			v = []any{v}
		}
		encoded(t, reflect.ValueOf(v))
	}
	text := bytes.Repeat([]byte{0x81, 0xa2, 3, 'z', 0x91}, 40) // in a field that no struct has
	decoded(t, reflect.TypeFor[codecs.Eight](), value.OfBytes(value.Map, append(text, 0xc0)))
}

// encoded encodes v both ways, addressable and in an interface.
func encoded(t *testing.T, v reflect.Value) (value.Raw, bool) {
	t.Helper()
	raw, _, err := value.EncodeReflect(v, nil)
	boxed, _, boxedErr := value.Encode(v.Interface(), nil)
	var slow value.Raw
	var slowErr error
	value.WithoutCodecs(func() { slow, _, slowErr = value.EncodeReflect(v, nil) })
	if text(err) != text(slowErr) || text(boxedErr) != text(slowErr) {
		t.Fatalf("%#v: %v and %v, by reflection %v", v, err, boxedErr, slowErr)
	}
	if err == nil && (raw.Type != slow.Type || !bytes.Equal(raw.Bytes(), slow.Bytes()) || !bytes.Equal(boxed.Bytes(), slow.Bytes())) {
		t.Fatalf("%#v:\n%x and\n%x, by reflection\n%x", v, raw.Bytes(), boxed.Bytes(), slow.Bytes())
	}
	return raw, err == nil
}

// decoded decodes raw both ways.
func decoded(t *testing.T, typ reflect.Type, raw value.Raw) {
	t.Helper()
	quick, slow := reflect.New(typ).Elem(), reflect.New(typ).Elem()
	err := value.Decode(raw, quick)
	var slowErr error
	value.WithoutCodecs(func() { slowErr = value.Decode(raw, slow) })
	if text(err) != text(slowErr) {
		t.Fatalf("%x: %v, by reflection %v", raw.Bytes(), err, slowErr)
	}
	if err != nil || reflect.DeepEqual(quick.Interface(), slow.Interface()) {
		return
	}
	// A NaN is not equal to itself: compare the bytes of both.
	var a, b value.Raw
	value.WithoutCodecs(func() {
		a, _, err = value.EncodeReflect(quick, nil)
		b, _, slowErr = value.EncodeReflect(slow, nil)
	})
	if !hasNaN(raw.Bytes()) || text(err) != text(slowErr) || !bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Fatalf("%x: %#v, by reflection %#v", raw.Bytes(), quick, slow)
	}
}

// hasNaN reports whether msgpack may hold a double that is not a number: one with the largest exponent.
func hasNaN(b []byte) bool {
	for i := range len(b) - 2 {
		if b[i] == 0xcb && b[i+1]&0x7f == 0x7f && b[i+2] >= 0xf0 {
			return true
		}
	}
	return false
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// generator makes values, most of which can be encoded.
type generator struct{ *rand.Rand }

var (
	encodedList, _, _ = value.Encode([]any{1, "a", []any{}}, nil)
	encodedMap, _, _  = value.Encode(map[any]any{1: "a", "b": []any{2}}, nil)

	texts    = []string{"", "a", "é", "id", "name", "longer than thirty-one bytes, as few keys are", "a\x00b", "\xff"}
	integers = []int64{0, 1, -1, 31, -32, 127, 128, -129, 255, 256, 65536, 1 << 31, math.MaxInt64, math.MinInt64}
	floats   = []float64{0, math.Copysign(0, -1), 1, 0.1, 1e300, math.Inf(1), math.NaN(), 16777217}
)

func (g generator) fill(v reflect.Value, depth int) {
	if !v.CanSet() || depth > 0 && g.Intn(6) == 0 {
		return
	}
	switch p := v.Addr().Interface().(type) {
	case *udf.ListView:
		*p, _ = value.To[udf.ListView](encodedList)
		return
	case *udf.MapView:
		*p, _ = value.To[udf.MapView](encodedMap)
		return
	}
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(g.Intn(2) == 0)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(integers[g.Intn(len(integers))])
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		n := uint64(g.Intn(300))
		if g.Intn(40) == 0 {
			n = 1 << 63
		}
		v.SetUint(n)
	case reflect.Float32, reflect.Float64:
		v.SetFloat(floats[g.Intn(len(floats))])
	case reflect.String:
		v.SetString(g.text())
	case reflect.Slice:
		list := reflect.MakeSlice(v.Type(), g.size(depth), 20)
		for i := range list.Len() {
			g.fill(list.Index(i), depth+1)
		}
		v.Set(list)
	case reflect.Map:
		m := reflect.MakeMap(v.Type())
		for range g.size(depth) {
			key, one := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			if g.fill(key, 0); key.Kind() == reflect.Interface {
				key.Set(reflect.ValueOf(g.key()))
			}
			g.fill(one, depth+1)
			m.SetMapIndex(key, one)
		}
		v.Set(m)
	case reflect.Array:
		for i := range v.Len() {
			g.fill(v.Index(i), depth+1)
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		g.fill(v.Elem(), depth)
	case reflect.Struct:
		for i := range v.NumField() {
			g.fill(v.Field(i), depth+1)
		}
	case reflect.Interface:
		if v.NumMethod() == 0 {
			g.any(v, depth)
		}
	}
}

func (g generator) any(v reflect.Value, depth int) {
	kinds := []reflect.Type{
		reflect.TypeFor[int64](), reflect.TypeFor[string](), reflect.TypeFor[float64](), reflect.TypeFor[bool](), reflect.TypeFor[[]byte](),
		reflect.TypeFor[udf.GeoJSON](), reflect.TypeFor[[]any](), reflect.TypeFor[map[any]any](), reflect.TypeFor[map[string]any](),
	}
	kinds = append(kinds, codecs.Types...)
	if depth > 2 {
		kinds = kinds[:6]
	}
	one := reflect.New(kinds[g.Intn(len(kinds))]).Elem()
	g.fill(one, depth+1)
	v.Set(one)
}

func (g generator) text() string {
	if n := g.Intn(200); n < len(texts) {
		return texts[n]
	}
	return texts[g.Intn(len(texts)-2)]
}

func (g generator) key() any {
	keys := []any{int64(1), "a", udf.BytesKey("b"), uint8(7), codecs.Label("x"), "name"}
	if g.Intn(50) == 0 {
		return 1.5
	}
	return keys[g.Intn(len(keys))]
}

func (g generator) size(depth int) int {
	if depth > 0 {
		return g.Intn(3)
	}
	return g.Intn(20)
}

// changed returns raw with some of its bytes changed, cut or repeated.
func (g generator) changed(raw value.Raw) value.Raw {
	b := bytes.Clone(raw.Bytes())
	if raw.Type < value.List || len(b) == 0 {
		return raw
	}
	for range 1 + g.Intn(2) {
		at := g.Intn(len(b))
		switch g.Intn(4) {
		case 0:
			b[at] = byte(g.Intn(256))
		case 1:
			b = append(b[:at], b[min(len(b), at+1+g.Intn(4)):]...)
		case 2: // another type in its place
			bad := [][]byte{{0xc0}, {0xc3}, {0x90}, {0x80}, {0xff}, {0xa2, 3, 'a'}, {0xa2, 4, 'a'}, {0xd3, 0x80, 0, 0, 0, 0, 0, 0, 0}}[g.Intn(8)]
			b = append(b[:at:at], append(bad, b[min(len(b), at+1):]...)...)
		case 3:
			b[at] ^= 1 << g.Intn(8)
		}
		if len(b) == 0 {
			return raw
		}
	}
	return value.OfBytes(raw.Type, b)
}

// BenchmarkCodecs converts values with codecs and by reflection.
func BenchmarkCodecs(b *testing.B) {
	eight := codecs.Eight{Account: 123456, Amount: 4200, At: 1700000000000, City: "Amsterdam", Country: "Netherlands", Lat: 52.3, Lon: 4.9, OK: true}
	var list []codecs.Eight
	var labels []codecs.Label
	var numbers codecs.Numbers
	scores, keyed, byWide := codecs.Scores{}, map[string]codecs.Eight{}, map[codecs.Wide][]byte{}
	for i := range 100 {
		list, labels, numbers = append(list, eight), append(labels, "label"), append(numbers, int64(i*i))
	}
	for i := range 10 {
		key := string(rune('a' + i))
		scores[codecs.Label(key)], keyed[key], byWide[codecs.Wide(i)] = 1, eight, []byte{1, 2}
	}
	both(b, "struct of 8", eight)
	both(b, "list of 100 structs", list)
	both(b, "list of 100 strings", labels)
	both(b, "list of 100 integers", numbers)
	both(b, "map of 10 structs", keyed)
	both(b, "map of 10 floats", scores)
	both(b, "map of 10 bytes", byWide)
	both(b, "nested", [][]map[codecs.Label][]*codecs.Point{{{"a": {{X: 1}, {Y: 1}}, "b": {{X: 2}}}, {"c": {nil, {X: 3}}}}})
	both(b, "options", codecs.Optional{Small: 1, Label: "x", List: []codecs.Point{{X: 1}}, Text: "text"})
	both(b, "embedded", codecs.Embedding{Base: codecs.Base{ID: 1, Title: "t"}, Mixin: &codecs.Mixin{Title: "x"}, Label: "l"})
	both(b, "pointer to a struct", &eight)
	both(b, "reflected map", struct{}{})
}

func both[T any](b *testing.B, name string, v T) {
	scratch := make([]byte, 0, 16<<10)
	raw, _, err := value.Encode(v, nil)
	if err != nil {
		return
	}
	decode := func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := value.To[T](raw); err != nil {
				b.Fatal(err)
			}
		}
	}
	encode := func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, scratch, _ = value.Encode(v, scratch)
		}
	}
	for _, way := range []struct {
		name string
		run  func(*testing.B)
	}{{"decode", decode}, {"encode", encode}} {
		b.Run(name+"/"+way.name+"/codec", way.run)
		value.WithoutCodecs(func() { b.Run(name+"/"+way.name+"/reflection", way.run) })
	}
}

// A codec that was generated for other fields than were compiled is not used.
func TestCodecsOfAnotherSourceAreDropped(t *testing.T) {
	type changed struct {
		A int `udf:"a"`
		B int `udf:",omitempty"`
	}
	wrong := errors.New("the wrong codec is used")
	decode := func(*bind.Reader, bind.Item, *changed, int) error { return wrong }
	encode := func(dst []byte, _ *changed, _ int) ([]byte, error) { return dst, wrong }
	encodeAny := func(dst []byte, _ any, _ int) ([]byte, error) { return dst, wrong }
	for _, keys := range []string{"", "A a", "A a\nB B", "A b\nB B,omitempty", "B a\nB B,omitempty"} {
		bind.Codec(keys, decode, encode, encodeAny)
		if value.HasCodec(reflect.TypeFor[changed]()) {
			t.Fatalf("with the keys %q", keys)
		}
	}
	bind.Codec("B B,omitempty\nA a", decode, encode, encodeAny)
	if _, _, err := value.Encode(changed{}, nil); err != wrong {
		t.Error("with its own keys:", err)
	}
	if _, err := value.To[changed](value.OfBytes(value.Map, []byte{0x80})); err != wrong {
		t.Error("with its own keys:", err)
	}
}
