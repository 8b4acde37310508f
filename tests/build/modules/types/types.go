// Package types has a function for each kind of type that a UDF may take or give. They give back what they take
// (types.go), or what Aerospike may not be able to hold (results.go).
package types

import "github.com/GeertJohan/aerospike-mod-go/udf"

type (
	flag    bool
	small   int8
	wide    uint64
	ratio   float32
	label   string
	octet   byte
	octets  []octet
	blob    []byte
	plain   udf.GeoJSON // a string: only udf.GeoJSON itself is GeoJSON
	opaque  udf.HLL
	shape   = udf.GeoJSON
	id      [4]octet
	anyone  any
	labels  []label
	scores  map[label]ratio
	pointer *int16

	base struct {
		ID    int64 `udf:"id"`
		Title string
	}
	Mixin struct {
		Title string
		Extra *float64 `udf:",omitempty"`
	}
	profile struct {
		base
		*Mixin
		Name    label             `udf:"name,omitempty"`
		Tags    []string          `udf:"tags"`
		Points  map[string]int    `udf:"points,omitempty"`
		Best    *profileless      `udf:"best"`
		ByID    map[id]octets     `udf:"by_id,omitempty"`
		Any     any               `udf:"any,omitempty"`
		Shape   udf.GeoJSON       `udf:"shape,omitempty"`
		Sketch  udf.HLL           `udf:"sketch,omitempty"`
		Small   small             `udf:"small,omitempty"`
		Dropped func()            `udf:"-"`
		Odd     map[any]udf.Value `udf:"odd,omitempty"`
		hidden  chan int
	}
	profileless    struct{ A, B uint8 }
	pair[K, V any] struct {
		Key K `udf:"a"`
		Val V `udf:"b"`
	}
)

var _ = profile{}.hidden

func back[T any](v T) T { return v }

type adder struct{ to int64 }

func (a adder) add(n int64) int64 { return a.to + n }

func init() {
	udf.Register("bool", func(v bool) bool { return v })
	udf.Register("flag", func(v flag) flag { return v })
	udf.Register("int", func(v int) int { return v })
	udf.Register("int8", func(v int8) int8 { return v })
	udf.Register("int16", func(v int16) int16 { return v })
	udf.Register("int32", func(v int32) int32 { return v })
	udf.Register("int64", func(v int64) int64 { return v })
	udf.Register("uint", func(v uint) uint { return v })
	udf.Register("uint8", func(v uint8) uint8 { return v })
	udf.Register("uint16", func(v uint16) uint16 { return v })
	udf.Register("uint32", func(v uint32) uint32 { return v })
	udf.Register("uint64", func(v uint64) uint64 { return v })
	udf.Register("small", func(v small) small { return v })
	udf.Register("wide", func(v wide) wide { return v })
	udf.Register("float32", func(v float32) float32 { return v })
	udf.Register("float64", func(v float64) float64 { return v })
	udf.Register("ratio", func(v ratio) ratio { return v })
	udf.Register("string", func(v string) string { return v })
	udf.Register("label", func(v label) label { return v })
	udf.Register("bytes", func(v []byte) []byte { return v })
	udf.Register("blob", func(v blob) blob { return v })
	udf.Register("octets", func(v octets) octets { return v })
	udf.Register("octetSlice", func(v []octet) []octet { return v })
	udf.Register("geojson", func(v udf.GeoJSON) udf.GeoJSON { return v })
	udf.Register("shape", func(v shape) shape { return v })
	udf.Register("plain", func(v plain) plain { return v })
	udf.Register("hll", func(v udf.HLL) udf.HLL { return v })
	udf.Register("opaque", func(v opaque) opaque { return v })
	udf.Register("bytesKey", func(v udf.BytesKey) udf.BytesKey { return v })
	udf.Register("any", func(v any) any { return v })
	udf.Register("value", func(v udf.Value) udf.Value { return v })
	udf.Register("anyone", func(v anyone) anyone { return v })

	udf.Register("int64s", back[[]int64])
	udf.Register("ints", back[[]int])
	udf.Register("int16s", back[[]int16])
	udf.Register("floats", back[[]float64])
	udf.Register("bools", back[[]bool])
	udf.Register("strings", back[[]string])
	udf.Register("labels", back[labels])
	udf.Register("blobs", back[[][]byte])
	udf.Register("anys", back[[]any])
	udf.Register("nested", back[[][]string])
	udf.Register("maps", back[[]map[string]any])
	udf.Register("pointers", back[[]*bool])
	udf.Register("shapes", back[[]udf.GeoJSON])

	udf.Register("byString", back[map[string]int64])
	udf.Register("byStringInt", back[map[string]int])
	udf.Register("byStringFloat", back[map[string]float64])
	udf.Register("byStringBool", back[map[string]bool])
	udf.Register("byStringString", back[map[string]string])
	udf.Register("byStringAny", back[map[string]any])
	udf.Register("byInt64", back[map[int64]int64])
	udf.Register("byInt64String", back[map[int64]string])
	udf.Register("byInt64Any", back[map[int64]any])
	udf.Register("bySmall", back[map[small]string])
	udf.Register("byUint64", back[map[uint64]any])
	udf.Register("byLabel", back[scores])
	udf.Register("byArray", back[map[[4]byte]int])
	udf.Register("byID", back[map[id]any])
	udf.Register("byBytesKey", back[map[udf.BytesKey]any])
	udf.Register("byAny", back[map[any]any])
	udf.Register("byAnyone", back[map[anyone]string])
	udf.Register("listsByString", back[map[string][]int])

	udf.Register("pointer", back[*int])
	udf.Register("namedPointer", func(v pointer) pointer { return v })
	udf.Register("pointerToPointer", back[**string])
	udf.Register("pointerToList", back[*[]int])
	udf.Register("pointerToAny", back[*any])
	udf.Register("pointerToStruct", back[*base])

	udf.Register("listView", func(v udf.ListView) udf.ListView { return v })
	udf.Register("mapView", func(v udf.MapView) udf.MapView { return v })
	udf.Register("listViews", back[[]udf.ListView])
	udf.Register("mapViews", back[map[string]udf.MapView])
	udf.Register("pointerToView", back[*udf.ListView])
	udf.Register("views", back[struct {
		List udf.ListView `udf:"list,omitempty"`
		Map  udf.MapView  `udf:"map"`
	}])

	udf.Register("base", back[base])
	udf.Register("profile", back[profile])
	udf.Register("profiles", back[[]profile])
	udf.Register("pair", back[pair[string, []int]])
	udf.Register("pairs", back[map[string]pair[small, *pair[any, float32]]])
	udf.Register("anonymous", func(v struct{ A, B *string }) struct{ A, B *string } { return v })

	udf.Register("rest", func(first label, rest ...small) []small { return rest })
	udf.Register("restAny", func(rest ...any) []any { return rest })
	udf.Register("restOctet", func(rest ...octet) []octet { return rest })
	udf.Register("restStruct", func(rest ...*base) []*base { return rest })
	udf.Register("method", adder{to: 2}.add)
	udf.Register("methodExpression", (*udf.Record).Exists)
}
