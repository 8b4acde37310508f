package value

import (
	"encoding/hex"
	"testing"
)

type fuzzed struct {
	Name  string            `udf:"name"`
	Count uint16            `udf:"count"`
	Tags  []string          `udf:"tags"`
	Extra map[string]any    `udf:"extra"`
	Next  *fuzzed2          `udf:"next"`
	Keyed map[int64][]byte  `udf:"keyed"`
	Place geo               `udf:"place"`
	Bools map[string][]bool `udf:"bools"`
}

type fuzzed2 struct{ Rate float32 }

// FuzzReadAs decodes any bytes as types of every kind, and as a batch of a stream: nothing panics. FuzzRead checks the
// values that are decoded.
func FuzzReadAs(f *testing.F) {
	for _, document := range documents {
		b, err := hex.DecodeString(document.hex)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(byte(List), b)
		f.Add(byte(Map), b)
	}
	f.Add(byte(String), []byte("a\xc3\xa9"))
	f.Add(byte(GeoJSON), []byte("{}"))
	f.Fuzz(func(t *testing.T, typ byte, b []byte) {
		raw := OfBytes(Type(typ%12), b)
		_, _ = ToAnyLenient(raw)
		_, _ = To[[]int64](raw)
		_, _ = To[[]string](raw)
		_, _ = To[map[string]any](raw)
		_, _ = To[map[int64]string](raw)
		_, _ = To[map[string][][]float64](raw)
		_, _ = To[fuzzed](raw)
		_, _ = To[*fuzzed](raw)
		_, _ = To[geo](raw)
		_ = Describe(raw)
		elements, err := OpenList(raw)
		for more := err == nil; more && err == nil; {
			_, more, err = elements.Next()
		}
	})
}
