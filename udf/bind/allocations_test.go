package bind

import (
	"testing"

	"github.com/GeertJohan/aerospike-mod-go/udf/internal/value"
)

// Allocations of a call between the ABI and the UDF. The UDFs return their argument, and allocate nothing themselves.
func TestAllocationsOfACall(t *testing.T) {
	encoded := func(v any) value.Raw {
		raw, _, err := value.Encode(v, nil)
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	text := "an argument that is no single byte"
	list := encoded([]any{1000, 2, 3, 4, 5, 6, 7, 8, 9, 10})
	texts := encoded([]any{"alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa"})
	counts := encoded(map[string]any{"alpha": 0, "beta": 1, "gamma": 2, "delta": 3, "epsilon": 4, "zeta": 5, "eta": 6, "theta": 7, "iota": 8, "kappa": 900})
	for _, one := range []struct {
		name     string
		most     float64
		argument value.Raw
		apply    func(*Call) error
	}{
		{"bool", 0, value.OfBoolean(true), back(Bool[bool], ReturnBool[bool])},
		{"integer", 0, value.OfInteger(1 << 40), back(Integer[int64], ReturnInteger[int64])},
		{"float", 0, value.FromFloat(1.5), back(Float[float64], ReturnFloat[float64])},
		{"string", 1, encoded(text), back(String[string], ReturnString[string])},
		{"bytes", 1, encoded([]byte(text)), back(Bytes[[]byte], ReturnBytes[[]byte])},
		{"[]int64", 1, list, back(Any[[]int64], ReturnAny[[]int64])},
		{"[]string", 2, texts, back(Any[[]string], ReturnAny[[]string])},
		{"map[string]int64", 5, counts, back(Any[map[string]int64], ReturnAny[map[string]int64])},
	} {
		var c Call
		arguments := []value.Raw{one.argument}
		got := testing.AllocsPerRun(100, func() {
			c.Begin("f", arguments, 0, nil)
			if err := one.apply(&c); err != nil || c.Result().Type != one.argument.Type {
				t.Fatal(err, c.Result().Type)
			}
			c.End()
		})
		if got > one.most {
			t.Errorf("%s: %v allocations, at most %v", one.name, got, one.most)
		}
	}
}

// back is the generated code of a UDF that returns its argument.
func back[T any](take func(*Call, int) (T, error), give func(*Call, T) error) func(*Call) error {
	return func(c *Call) error {
		v, err := take(c, 0)
		if err != nil {
			return err
		}
		return give(c, v)
	}
}
