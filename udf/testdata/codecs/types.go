// Package codecs has a UDF for each kind of type that the builder generates a codec of. The file beside this one is what
// it generates; tests/build/test_codecs.py compares them.
package codecs

import (
	"net/url"
	"reflect"

	"github.com/GeertJohan/aerospike-mod-go/udf"
)

// Types of fields.
type (
	Flag    bool
	Small   int8
	Wide    uint64
	Ratio   float32
	Label   string
	Octet   byte
	Blob    []byte
	Octets  []Octet
	Numbers []int64
	Scores  map[Label]Ratio
	Digest  [4]Octet
	Anyone  any
	Shape   = udf.GeoJSON
	keyed   map[uint16]*Point
)

// Eight has eight fields, for the benchmark.
type Eight struct {
	Account int64   `udf:"account"`
	Amount  int64   `udf:"amount"`
	At      int64   `udf:"at"`
	City    string  `udf:"city"`
	Country string  `udf:"country"`
	Lat     float64 `udf:"lat"`
	Lon     float64 `udf:"lon"`
	OK      bool    `udf:"ok"`
}

// Scalars has a field of each type of scalar.
type Scalars struct {
	Bool    bool
	Flag    Flag
	Int     int
	Int8    int8
	Int16   int16
	Int32   int32
	Int64   int64
	Uint    uint
	Uint8   uint8
	Uint16  uint16
	Uint32  uint32
	Uint64  uint64
	Small   Small
	Wide    Wide
	Float32 float32
	Float64 float64
	Ratio   Ratio
	String  string
	Label   Label
	Octet   Octet
}

// Collections has fields of all other types.
type Collections struct {
	Bytes       []byte
	Blob        Blob
	Octets      Octets
	GeoJSON     udf.GeoJSON
	Shape       Shape
	HLL         udf.HLL
	BytesKey    udf.BytesKey
	ListView    udf.ListView
	MapViews    []udf.MapView
	Any         any
	Value       udf.Value
	Anyone      Anyone
	Numbers     Numbers
	Integers    []int64
	Texts       []string
	Labels      []Label
	Blobs       []Blob
	Nested      [][]Small
	Values      []any
	Pointers    []*Wide
	Points      []Point
	PointsTo    []*Point
	Scores      Scores
	ByText      map[string]int64
	ByLabel     map[Label][]string
	BySmall     map[Small]Point
	ByWide      map[Wide]*Label
	ByDigest    map[Digest]int
	ByBytesKey  map[udf.BytesKey]bool
	ByAny       map[any]any
	ByPoint     map[string]map[int32]Point
	Keyed       keyed
	Pointer     *int
	PointerTo   **string
	PointerList *[]int
	PointerMap  *map[string]*Point
	PointerAny  *any
	Point       Point
	PointTo     *Point
	Anonymous   struct{ A, B *string }
	Hidden      struct{ A, b int }
	Pair        Pair[Label, []Pair[int, any]]
}

type Point struct {
	X, Y float64
	Name Label `udf:"name,omitempty"`
}

// Pair is generic.
type Pair[K, V any] struct {
	Key K `udf:"a"`
	Val V `udf:"b"`
}

// Optional has the option of tags on each kind of type.
type Optional struct {
	Flag    Flag              `udf:",omitempty"`
	Small   Small             `udf:"small,omitempty"`
	Wide    Wide              `udf:"wide,omitempty"`
	Ratio   Ratio             `udf:"ratio,omitempty"`
	Float   float64           `udf:"f,omitempty"`
	Label   Label             `udf:"label,unknown,omitempty"`
	Blob    Blob              `udf:"blob,omitempty"`
	HLL     udf.HLL           `udf:"hll,omitempty"`
	GeoJSON udf.GeoJSON       `udf:"geo,omitempty"`
	List    []Point           `udf:"list,omitempty"`
	Map     map[string]*Point `udf:"map,omitempty"`
	Pointer *int              `udf:"pointer,omitempty"`
	Any     any               `udf:"any,omitempty"`
	Anyone  Anyone            `udf:"anyone,omitempty"`
	Point   Point             `udf:"Point,omitempty"`
	View    udf.MapView       `udf:"view,omitempty"`
	Skipped chan int          `udf:"-"`
	Dash    int               `udf:"-,"`
	Odd     int               `udf:"a\"b"`
	Text    string            `udf:"é ü"`
	Long    int               `udf:"a_name_of_more_than_thirty_bytes"`
	Other   string            `json:"other" udf:"o"`
}

// Embedding embeds structs: by value, by pointer, unexported, on two levels, with fields that hide each other, and one
// under a name.
type Embedding struct {
	Base
	*Mixin
	inner
	Named `udf:"named"`
	Label
	Extra Small
}

type (
	// Base is embedded.
	Base struct {
		ID    int64 `udf:"id"`
		Title string
		Deeper
	}
	// Mixin is embedded by pointer.
	Mixin struct {
		Title  string
		Amount *float64 `udf:",omitempty"`
		*Deepest
	}
	// Deeper is embedded in Base.
	Deeper struct {
		Extra string
		Depth Wide
	}
	// Deepest is embedded by pointers only.
	Deepest struct {
		Down []string `udf:"down,omitempty"`
		Up   Label
	}
	// Named has a name in the tag.
	Named struct{ N int }
	inner struct{ Within Ratio }
)

// HiddenPointer embeds a pointer that can't be set.
type HiddenPointer struct {
	*inner
	N int
}

// Foreign has parts of another package.
type Foreign struct {
	URL    url.Error `udf:"-"`
	Values url.Values
	Error  map[string]url.Values
}

// Types are the types of the UDFs.
var Types []reflect.Type

func back[T any](v T) T { return v }

func register[T any]() func(T) T {
	Types = append(Types, reflect.TypeFor[T]())
	return back[T]
}

func init() {
	udf.Register("eight", register[Eight]())
	udf.Register("eights", register[[]Eight]())
	udf.Register("byEight", register[map[string]Eight]())
	udf.Register("scalars", register[Scalars]())
	udf.Register("collections", register[Collections]())
	udf.Register("collectionsTo", register[*Collections]())
	udf.Register("optional", register[Optional]())
	udf.Register("optionals", register[[]*Optional]())
	udf.Register("embedding", register[Embedding]())
	udf.Register("embeddings", register[map[Small]Embedding]())
	udf.Register("hiddenPointer", register[HiddenPointer]())
	udf.Register("foreign", register[Foreign]())
	udf.Register("pair", register[Pair[Wide, Pair[Octets, map[int64]Ratio]]]())
	udf.Register("labels", register[[]Label]())
	udf.Register("numbers", register[Numbers]())
	udf.Register("scores", register[Scores]())
	udf.Register("nested", register[[][]map[Label][]*Point]())
	udf.Register("byWide", register[map[Wide][]byte]())
	udf.Register("keyed", register[keyed]())
	udf.Register("anonymous", register[struct {
		A []Point `udf:"a"`
		B map[string]bool
	}]())
}
