package value

import (
	"encoding/json"
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"
	"unsafe"
)

type (
	level  int8
	label  string
	octet  byte
	digest [4]octet
	blob   []byte
	Base   struct {
		ID    int64 `udf:"id" json:"id"`
		Title string
	}
	inner   struct{ Deep bool }
	methods interface{ Do() }
	anyone  any
)

type Everything struct {
	*Base
	inner
	Flag    bool
	Level   level
	Wide    uint64
	Ratio   float32
	Label   label `udf:"label,omitempty" json:"label,omitempty"`
	Raw     blob
	Shape   geo
	Counter hll
	List    []level
	Nested  [][]string
	ByName  map[label]*int
	ByID    map[uint16]anyone
	ByBytes map[digest]int
	ByKey   map[key]bool
	ByAny   map[any]any
	Any     any
	Maybe   *Base    `udf:",omitempty" json:",omitempty"`
	Skipped chan int `udf:"-" json:"-"`
	hidden  int
}

// Fields of types without a fast path.
var (
	_ = Everything{}.hidden
	_ = embedsItself{}.embedsItself
)

func TestTypedRoundTrip(t *testing.T) {
	n := 7
	full := Everything{
		Base: &Base{5, "t"}, inner: inner{true}, Flag: true, Level: -128, Wide: math.MaxInt64, Ratio: 0.25, Label: "x",
		Raw: blob{1}, Shape: "{}", Counter: hll{9}, List: []level{1, -1}, Nested: [][]string{{"a"}, nil, {}},
		ByName: map[label]*int{"seven": &n, "none": nil}, ByID: map[uint16]anyone{65535: "x", 1: nil},
		ByBytes: map[digest]int{{1, 2, 3, 4}: 1}, ByKey: map[key]bool{"\xff": true},
		ByAny: map[any]any{int64(1): []any{}, "a": nil, key("b"): 1.5}, Any: map[any]any{"k": []byte{1}},
		Maybe: &Base{},
	}
	if err := Supported(reflect.TypeFor[Everything]()); err != nil {
		t.Fatal(err)
	}
	for _, v := range []Everything{full, {Base: &Base{}}} {
		raw, _, err := Encode(v, nil)
		if err != nil {
			t.Fatal(err)
		}
		back, err := To[Everything](raw)
		if err != nil || !reflect.DeepEqual(back, v) {
			t.Errorf("%+v, %v; want %+v", back, err, v)
		}
	}
	// The fields of a nil embedded pointer are left out.
	raw, _, _ := Encode(Everything{}, nil)
	if back, err := To[Everything](raw); err != nil || back.Base != nil {
		t.Errorf("%+v, %v", back.Base, err)
	}
}

func TestNilIsNil(t *testing.T) {
	for _, v := range []any{[]string(nil), map[string]int(nil), (*int)(nil), []byte(nil), blob(nil), hll(nil), nil} {
		raw, _, err := Encode(v, nil)
		if err != nil || raw.Type != Nil {
			t.Errorf("%T became %v, %v", v, raw.Type, err)
		}
	}
	list, err := To[[]string](Raw{})
	m, err2 := To[map[string]int](Raw{})
	p, err3 := To[**int](Raw{})
	b, err4 := To[blob](Raw{})
	if list != nil || m != nil || p != nil || b != nil || errors.Join(err, err2, err3, err4) != nil {
		t.Error(list, m, p, b, err, err2, err3, err4)
	}
}

func TestRanges(t *testing.T) {
	integer := OfInteger
	double := FromFloat[float64]
	text := func(s string) Raw { return OfString(String, s) }
	for _, c := range []struct {
		name string
		got  func() (any, error)
		want any // or the error
	}{
		{"int8 low", as[int8](integer(-128)), int8(-128)},
		{"int8 over", as[int8](integer(128)), "expected an integer from -128 to 127, got the integer 128"},
		{"named int8 over", as[level](integer(-129)), "expected an integer from -128 to 127, got the integer -129"},
		{"uint8", as[uint8](integer(255)), uint8(255)},
		{"uint8 over", as[uint8](integer(256)), "expected an integer from 0 to 255, got the integer 256"},
		{"uint64 negative", as[uint64](integer(-1)), "expected an integer of 0 or more, got the integer -1"},
		{"uint64 high", as[uint64](integer(math.MaxInt64)), uint64(math.MaxInt64)},
		{"int64 of double", as[int64](double(1)), "expected an integer, got the double 1"},
		{"int of nil", as[int](Raw{}), "expected an integer, got nil"},
		{"bool of integer", as[bool](integer(1)), "expected a boolean, got the integer 1"},
		{"float of integer", as[float64](integer(1 << 53)), float64(1 << 53)},
		{"float of inexact integer", as[float64](integer(1<<53 + 1)), "expected a double, got the integer 9007199254740993, which a float64 can't represent exactly"},
		{"float of the largest integer", as[float64](integer(math.MaxInt64)), "expected a double, got the integer 9223372036854775807, which a float64 can't represent exactly"},
		{"float of the least integer", as[float64](integer(math.MinInt64)), float64(math.MinInt64)},
		{"float32 rounds", as[float32](double(0.1)), float32(0.1)},
		{"float32 of inexact integer", as[float32](integer(1<<24 + 1)), "expected a double, got the integer 16777217, which a float32 can't represent exactly"},
		{"float32 over", as[float32](double(1e300)), "expected a double that a float32 holds, got the double 1e+300"},
		{"float32 of infinity", as[float32](double(math.Inf(-1))), float32(math.Inf(-1))},
		{"float of string", as[float64](text("1")), `expected a double, got the string "1"`},
		{"string of bytes", as[string](OfBytes(Bytes, []byte("a"))), "expected a string, got bytes (1 bytes long)"},
		{"string", as[label](text("é")), label("é")},
		{"string not UTF-8", as[string](text("\xff")), "a string is not valid UTF-8"},
		{"bytes of string", as[blob](text("a")), `expected bytes, got the string "a"`},
		{"bytes of HLL", as[[]byte](OfBytes(HLL, []byte("a"))), "expected bytes, got HLL (1 bytes long)"},
		{"HLL", as[hll](OfBytes(HLL, []byte("a"))), hll("a")},
		{"GeoJSON", as[geo](OfBytes(GeoJSON, []byte("{}"))), geo("{}")},
		{"GeoJSON of string", as[geo](text("{}")), `expected GeoJSON, got the string "{}"`},
		{"list of integers", as[[]int8](ofHex(t, List, "9201cd012c")), "element 1: expected an integer from -128 to 127, got the integer 300"},
		{"list of map", as[[]int](ofHex(t, Map, "80")), "expected a list, got a map of 0"},
		{"map value", as[map[string][]int](ofHex(t, Map, "81a2036191c3")), `key "a": element 0: expected an integer, got the boolean true`},
		{"map key", as[map[int]int](ofHex(t, Map, "81a2036101")), `key "a": expected an integer, got the string "a"`},
		{"map key of bytes", as[map[digest]int](ofHex(t, Map, "81a2046101")), "a key of 1 bytes: expected 4 bytes, got bytes (1 bytes long)"},
		{"struct field", as[Base](ofHex(t, Map, "81a3036964c0")), `field "id": expected an integer, got nil`},
		{"struct field of a bytes key", as[Base](ofHex(t, Map, "81a304696401")), Base{}},
		{"struct of list", as[Base](ofHex(t, List, "90")), "expected a map with the fields of value.Base, got a list of 0"},
		{"pointer", as[*int8](integer(300)), "expected an integer from -128 to 127, got the integer 300"},
		{"long text", as[int](text(strings.Repeat("é", 30))), `expected an integer, got the string "` + strings.Repeat("é", 20) + `"…`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := c.got()
			if err != nil {
				got = err.Error()
			}
			if !reflect.DeepEqual(got, c.want) {
				t.Errorf("%#v; want %#v", got, c.want)
			}
		})
	}
}

// as converts raw to a T.
func as[T any](raw Raw) func() (any, error) {
	return func() (any, error) {
		v, err := To[T](raw)
		return v, err
	}
}

// The functions for scalars return the same values and errors as To.
func TestScalarsAgree(t *testing.T) {
	raws := []Raw{
		{}, OfBoolean(true), OfBoolean(false), FromFloat(1.5), FromFloat(math.NaN()), FromFloat(1e300), FromFloat(math.Inf(1)),
		OfString(String, "a"), OfString(String, "\xff"), OfString(String, ""), OfString(Bytes, "a"), OfString(GeoJSON, "a"), ofHex(t, List, "90"),
		ofHex(t, Map, "80"), ofHex(t, List, "80"), {Type: 99},
	}
	for _, n := range []int64{0, 1, -1, 127, 128, -128, -129, 255, 256, 32767, 32768, 65536, 1 << 24, 1<<24 + 1, 1 << 31, 1 << 32, 1<<53 + 1, math.MaxInt64, math.MinInt64} {
		raws = append(raws, OfInteger(n))
	}
	for _, raw := range raws {
		agree(t, raw, ToBoolean[bool])
		agree(t, raw, ToInteger[int])
		agree(t, raw, ToInteger[level])
		agree(t, raw, ToInteger[int16])
		agree(t, raw, ToInteger[int32])
		agree(t, raw, ToInteger[int64])
		agree(t, raw, ToInteger[uint])
		agree(t, raw, ToInteger[uint8])
		agree(t, raw, ToInteger[uint16])
		agree(t, raw, ToInteger[uint32])
		agree(t, raw, ToInteger[uint64])
		agree(t, raw, ToFloat[float32])
		agree(t, raw, ToFloat[float64])
		agree(t, raw, ToText[label])
		agree(t, raw, ToBytes[blob])
		agree(t, raw, ToBytes[[]octet])
	}
}

func agree[T any](t *testing.T, raw Raw, short func(Raw) (T, error)) {
	t.Helper()
	a, errA := short(raw)
	b, errB := To[T](raw)
	nan := reflect.ValueOf(a).Kind() == reflect.Float64 && reflect.ValueOf(a).Float() != reflect.ValueOf(a).Float() ||
		reflect.ValueOf(a).Kind() == reflect.Float32 && reflect.ValueOf(a).Float() != reflect.ValueOf(a).Float()
	switch {
	case (errA == nil) != (errB == nil), errA != nil && errA.Error() != errB.Error():
		t.Errorf("%T of %+v: %v, by reflection %v", a, raw, errA, errB)
	case errA == nil && !nan && !reflect.DeepEqual(a, b):
		t.Errorf("%T of %+v: %v, by reflection %v", a, raw, a, b)
	}
}

type recursive struct{ Next *recursive }
type recursiveList []recursiveList
type recursiveMap map[string]recursiveMap
type embedsItself struct {
	*embedsItself
	N int
}

func TestSupported(t *testing.T) {
	for _, c := range []struct {
		v    any // a pointer to the type
		want string
	}{
		{new(bool), ""}, {new(int), ""}, {new(uint64), ""}, {new(float32), ""}, {new(label), ""}, {new(blob), ""},
		{new([]octet), ""}, {new(geo), ""}, {new(hll), ""}, {new(key), ""}, {new(any), ""}, {new(anyone), ""},
		{new(***int), ""}, {new([][]map[string]*Base), ""}, {new(map[any]int), ""}, {new(map[digest]int), ""},
		{new(map[[20]byte]int), ""}, {new(map[level]int), ""}, {new(Everything), ""}, {new(struct{ X int }), ""},
		{new(embedsItself), ""}, // only N, as in encoding/json
		{new(chan int), "chan int has no Aerospike value"},
		{new(func()), "func() has no Aerospike value"},
		{new(methods), "value.methods is an interface with methods"},
		{new(error), "error is an interface with methods"},
		{new(complex128), "use a list of two float64"},
		{new(uintptr), "use uint64"},
		{new(unsafe.Pointer), "unsafe.Pointer has no"},
		{new([2]int), "use the slice []int"},
		{new([2]byte), "use []byte"},
		{new(map[bool]int), "not bool"},
		{new(map[float64]int), "not float64"},
		{new(map[geo]int), "not value.geo"},
		{new(map[[2]int]int), "not [2]int"},
		{new(map[Base]int), "not value.Base"},
		{new(map[string]chan int), "chan int"},
		{new(time.Time), "UnixMilli"},
		{new(struct{}), "no exported field"},
		{new(struct{ x int }), "no exported field"},
		{new(struct{ A, B chan int }), `field "A" of struct`},
		{new(struct {
			X chan int `udf:"-"`
		}), "no exported field"},
		{new(struct {
			X int `udf:"n"`
			Y int `udf:"n"`
		}), `: its fields X and Y have one key, "n", so both are left out, and nothing is left that could be stored`},
		{new(struct {
			A int `udf:"n"`
			X int `udf:"m"`
			Y int `udf:"m"`
			B int `udf:"n"`
			Z int `udf:"m"`
		}), `: its fields X, Y and Z have one key, "m", so all are left out`},
		{new(struct {
			left
			right
		}), `: its field left.lc.V is embedded twice, so it is left out`},
		{new(recursive), "contains itself"},
		{new(recursiveList), "contains itself"},
		{new(recursiveMap), "contains itself"},
		{new([]*recursive), "contains itself"},
	} {
		typ := reflect.TypeOf(c.v).Elem()
		err := Supported(typ)
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%v: %v; want %q", typ, err, c.want)
		}
	}
}

type ten[T any] struct{ A, B, C, D, E, F, G, H, I, J []T }

// Each type is checked once: these types nest in ten thousand million ways.
func TestSupportedIsNotExponential(t *testing.T) {
	if err := Supported(reflect.TypeFor[ten[ten[ten[ten[ten[ten[ten[ten[ten[ten[int]]]]]]]]]]]()); err != nil {
		t.Error(err)
	}
}

// The encoded fields are those of encoding/json, for structs with the same tags for both.
type (
	A struct {
		X int
		Y int `udf:"y" json:"y"`
	}
	B  struct{ X, Z int }
	C  struct{ A }
	D  struct{ *A }
	lc struct{ V int }
	S  string
	L  []int

	left  struct{ lc }
	right struct{ lc }

	Again struct { // embeds A, which is embedded on a level above too, and then another struct
		A
		Last
	}
	Last struct{ P, Q int }
	D1   struct{ Last }
	D2   struct{ D1 }
)

type (
	plainN  struct{ N int }
	taggedN struct {
		M int `udf:"N" json:"N"`
	}
)

func TestFieldsAreThoseOfJSON(t *testing.T) {
	for _, v := range []any{
		struct{ A }{}, struct {
			A
			B
		}{}, struct {
			A
			B
			X int
		}{}, struct {
			A
			B `udf:"b" json:"b"`
		}{}, struct {
			A
			C
		}{}, struct {
			C
			B
		}{}, struct {
			lc
			S
			L
		}{}, struct {
			*lc
			*S
		}{}, struct {
			X int `udf:"y" json:"y"`
			A
		}{}, struct {
			X int `udf:"Z" json:"Z"`
			Z int
		}{}, struct {
			Y int `udf:"-" json:"-"`
			Z int `udf:"a b" json:"a b"`
			V int `udf:"é,omitempty" json:"é,omitempty"`
			U int `udf:",omitempty" json:",omitempty"`
		}{V: 1}, struct {
			O []int           `udf:",omitempty" json:",omitempty"`
			M map[string]int  `udf:",omitempty" json:",omitempty"`
			B bool            `udf:",omitempty" json:",omitempty"`
			P *int            `udf:",omitempty" json:",omitempty"`
			S string          `udf:",omitempty" json:",omitempty"`
			T struct{ X int } `udf:",omitempty" json:",omitempty"`
			I any             `udf:",omitempty" json:",omitempty"`
		}{O: []int{}, M: map[string]int{}}, struct {
			D
			N int
		}{D: D{&A{}}}, struct {
			D
			N int
		}{}, struct {
			C
			D
			N int
		}{D: D{&A{}}}, struct {
			X int `udf:"Z" json:"Z"`
			Z int
		}{1, 2}, struct {
			Z int
			X int `udf:"Z" json:"Z"`
		}{1, 2}, struct {
			plainN
			taggedN
		}{plainN{1}, taggedN{2}}, struct {
			taggedN
			plainN
		}{taggedN{1}, plainN{2}}, struct {
			taggedN
			N int
		}{taggedN{1}, 2}, struct {
			A
			Again
		}{A{1, 2}, Again{A{3, 4}, Last{5, 6}}}, struct {
			D2
		}{D2{D1{Last{1, 2}}}},
	} {
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		var object map[string]json.RawMessage
		if err := json.Unmarshal(text, &object); err != nil {
			t.Fatal(err)
		}
		raw, _, err := Encode(v, nil)
		if err != nil && len(object) == 0 && strings.Contains(err.Error(), "no exported field") {
			continue
		}
		if err != nil {
			t.Errorf("%T: %v", v, err)
			continue
		}
		m, err := To[any](raw)
		if err != nil {
			t.Fatal(err)
		}
		again, err := json.Marshal(byText(m))
		if err != nil {
			t.Fatal(err)
		}
		if got, want := parsed(t, again), parsed(t, text); !reflect.DeepEqual(got, want) {
			t.Errorf("%T: %v, encoding/json has %v", v, got, want)
		}
	}
}

// byText turns the maps in v into maps that encoding/json accepts.
func byText(v any) any {
	m, ok := v.(map[any]any)
	if !ok {
		return v
	}
	object := map[string]any{}
	for key, one := range m {
		object[key.(string)] = byText(one)
	}
	return object
}

func parsed(t *testing.T, text []byte) (value any) {
	t.Helper()
	if err := json.Unmarshal(text, &value); err != nil {
		t.Fatal(err)
	}
	return value
}

// An embedded nil pointer to an unexported struct can't be set: an error in encoding/json too.
func TestUnexportedEmbeddedPointer(t *testing.T) {
	_, err := To[struct{ *lc }](ofHex(t, Map, "81a2035601"))
	if err == nil || !strings.Contains(err.Error(), "embed the struct itself") {
		t.Error(err)
	}
}

// Two fields with the same tag hide each other and a third field. Not compared with encoding/json: go vet reports it.
func TestTagClash(t *testing.T) {
	raw, _, err := Encode(struct {
		N int
		X int `udf:"N"`
		Y int `udf:"N"`
		Z int
	}{0, 1, 2, 3}, nil)
	m, err2 := To[map[string]int](raw)
	if err != nil || err2 != nil || !reflect.DeepEqual(m, map[string]int{"Z": 3}) {
		t.Error(m, err, err2)
	}
}

// Tags that go vet reports in a json tag: "-," is the name "-", an invalid name is ignored.
func TestOddTags(t *testing.T) {
	raw, _, err := Encode(struct {
		X int `udf:"-,"`
		Y int `udf:"a\"b"`
		Z int `udf:"z,unknown"`
	}{1, 2, 3}, nil)
	m, err2 := To[map[string]int](raw)
	if err != nil || err2 != nil || !reflect.DeepEqual(m, map[string]int{"-": 1, "Y": 2, "z": 3}) {
		t.Error(m, err, err2)
	}
}
