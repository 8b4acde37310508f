package module

import (
	"strings"

	"github.com/GeertJohan/aerospike-mod-go/udf"
)

func init() { udf.Register("reread", Reread) }

// Reread returns bins as they are read between writes.
func Reread(r *udf.Record) (seen []udf.Value, err error) {
	see := func(bins ...string) {
		for _, bin := range bins {
			seen = append(seen, r.Bin(bin))
		}
	}
	see("a", "s", "none", "a\x00")
	r.Set("a", 2)
	see("a", "a\x00")
	r.Set("s", "text")
	r.Set("a", int64(3))
	r.Unset("none")
	see("a", "s", "none")
	r.Unset("a")
	see("a")
	for i := range 10 {
		r.Set("b"+string(rune('0'+i)), i)
	}
	see("a", "b0", "b3", "b4", "b9")
	r.Set("s", strings.Repeat("x", 100))
	r.Set("l", []int{1})
	see("s", "l")
	if err := r.Update(); err != nil {
		return nil, err
	}
	see("a", "s", "b9", "l")
	r.Set("a", 4)
	see("a")
	return seen, nil
}
