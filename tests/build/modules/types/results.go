package types

import (
	"math"

	"github.com/GeertJohan/aerospike-mod-go/udf"
)

// gives makes a UDF that gives one of the values.
func gives[T any](values ...T) func(int) T { return func(i int) T { return values[i] } }

// levels nests v in lists.
func levels(n int, v any) any {
	for range n {
		v = []any{v}
	}
	return v
}

func init() {
	zero, title := 0.0, "t"
	udf.Register("givesUint64", gives[uint64](0, math.MaxInt64, math.MaxInt64+1, math.MaxUint64))
	udf.Register("givesWide", gives[wide](1<<63))
	udf.Register("givesFloat", gives(math.NaN(), math.Inf(-1), math.Copysign(0, -1), 0.1))
	udf.Register("givesRatio", gives[ratio](0.1))
	udf.Register("givesString", gives("", "é", "a\x00b", "\xff"))
	udf.Register("givesLabel", gives[label]("", "\xc3"))
	udf.Register("givesBytes", gives(nil, []byte{}, []byte{0}))
	udf.Register("givesBlob", gives[blob](nil, blob{}))
	udf.Register("givesOctets", gives[octets](nil, octets{}, octets{7}))
	udf.Register("givesGeoJSON", gives[udf.GeoJSON]("", "{}", "\xff"))
	udf.Register("givesHLL", gives[udf.HLL](nil, udf.HLL{}, udf.HLL{0}))
	udf.Register("givesStrings", gives(nil, []string{}, []string{"a", "\xff"}, []string{"a\x00"}))
	udf.Register("givesUints", gives([]uint64{1, 1 << 63}))
	udf.Register("givesByString", gives(nil, map[string]string{}, map[string]string{"b": "", "a": "", "aa": ""},
		map[string]string{"\xff": ""}, map[string]string{"a\x00": ""}, map[string]string{"a": "\x00", "\xff": ""}, map[string]string{"a": "\xff", "b\xff": ""}))
	udf.Register("givesByLabel", gives(map[label]ratio{"b": 1, "a": 2}, map[label]ratio{"\xff": 1}))
	udf.Register("givesByInt64", gives(map[int64]string{math.MaxInt64: "", math.MinInt64: "", 0: "", -1: ""}, map[int64]string{1: "\x00", 2: "\xff"}))
	udf.Register("givesByUint64", gives(map[uint64]int{1: 1}, map[uint64]int{1 << 63: 1}))
	udf.Register("givesByArray", gives(map[id]int{{2}: 1, {1}: 2}, nil))
	udf.Register("givesByAny", gives(map[any]any{"b": 1, "a": nil, int64(5): 2, int8(-1): 3, udf.BytesKey("\xff"): 4, [2]byte{1}: 5, label("x"): 6},
		map[any]any{int64(1): 1, uint8(1): 2}, map[any]any{"a": 1, label("a"): 2}, map[any]any{nil: 1}, map[any]any{true: 1}, map[any]any{1.5: 1},
		map[any]any{udf.GeoJSON("{}"): 1}, map[any]any{"a": "\xff", "\xff": 1}, map[any]any{uint64(1 << 63): 1}, nil))
	udf.Register("givesByAnyone", gives(map[anyone]int{"a": 1, int32(2): 2}, map[anyone]int{complex(1, 0): 1}))
	udf.Register("givesAny", gives[any](nil, 1, int8(1), uint16(1), uint64(1<<63), float32(0.5), label("x"), "\xff", octets{1}, plain("{}"), shape("{}"),
		[]int16{1}, []int64(nil), map[string]bool(nil), (*int)(nil), &title, &zero, base{1, "t"}, &base{2, "u"}, (*base)(nil), pair[any, any]{1, []any{nil}},
		[]any{base{}, &base{}}, map[string]any{"a": base{}}, make(chan int), []any{func() {}}, map[string]any{"a": complex(1, 1)}, [2]byte{}, [1]int{},
		levels(64, 1), levels(65, 1), levels(63, map[string]any{"a": []any{}}), levels(63, base{}), levels(64, base{}), levels(64, []string{"a"}), struct{ x int }{1},
		[]any{any(nil)}, udf.BytesKey("k"), id{1}, errorless{}))
	udf.Register("givesPointer", gives(nil, &zero))
	udf.Register("givesProfile", gives(profile{}, profile{Mixin: &Mixin{}}, profile{Mixin: &Mixin{"t", &zero}, Name: "n", Tags: []string{}, Points: map[string]int{},
		Best: &profileless{1, 2}, ByID: map[id]octets{{}: nil}, Any: 0, Shape: "{}", Sketch: udf.HLL{}, Small: 1, Odd: map[any]any{int64(1): nil}},
		profile{Odd: map[any]any{false: 1}}, profile{Name: "\xff", Tags: []string{"\xff"}}, profile{Any: make(chan int)}))
	udf.Register("givesPair", gives(pair[string, []int]{}, pair[string, []int]{"\x00", nil}))
	udf.Register("givesPairs", gives([]pair[uint64, any]{{1, nil}, {1 << 63, 1}}))
}

// errorless has methods that marshalers would have: nobody asks them.
type errorless struct{ N int }

func (errorless) MarshalJSON() ([]byte, error) { panic("asked") }
func (errorless) MarshalText() ([]byte, error) { panic("asked") }
func (errorless) String() string               { panic("asked") }
