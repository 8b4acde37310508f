// Package visitors counts different visitors in a HyperLogLog: 4 KB in a bytes bin for each page and day, however many
// visitors there are, and a stream that counts those of any pages and days together.
package visitors

import (
	"fmt"
	"hash/fnv"
	"math"
	"math/bits"

	"github.com/GeertJohan/aerospike-mod-go/udf"
)

func init() {
	udf.Register("visit", Visit)
	udf.Register("count", Count)
	udf.Register("unique", Unique)
}

// The number of registers, one byte each: the standard error of a count is 1.04 / √4096, or 1.6 %.
const (
	precision = 12
	registers = 1 << precision
)

// Visit adds a visitor of the page and day of the record. It returns whether that changed anything: if not, nothing is
// written.
func Visit(rec *udf.Record, page string, day int64, visitor string) (bool, error) {
	sketch, err := read(rec)
	if err != nil {
		return false, err
	}
	if sketch == nil {
		sketch = make(Sketch, registers)
		rec.Set("page", page)
		rec.Set("day", day)
	}
	if !sketch.add(visitor) {
		return false, nil
	}
	rec.Set("sketch", sketch)
	if rec.Exists() {
		return true, rec.Update()
	}
	return true, rec.Create()
}

// Count returns about how many different visitors the record has.
func Count(rec *udf.Record) (int64, error) {
	sketch, err := read(rec)
	return sketch.count(), err
}

// Unique returns about how many different visitors the pages had together from the day from until the day to,
// inclusive. One who was there on several days or pages counts once.
func Unique(s *udf.Stream, from, to int64) *udf.Stream {
	days := udf.Filter(s, func(r *udf.Record) bool {
		day, ok := r.Int("day")
		sketch, _ := r.Bytes("sketch")
		return ok && day >= from && day <= to && len(sketch) == registers
	})
	sketches := udf.Map(days, func(r *udf.Record) Sketch {
		sketch, _ := r.Bytes("sketch")
		return sketch
	})
	all := udf.Reduce(sketches, Sketch.merge)
	return udf.Map(all, Sketch.count) // on the client
}

func read(rec *udf.Record) (Sketch, error) {
	sketch, err := udf.Get[[]byte](rec, "sketch")
	if err == nil && sketch != nil && len(sketch) != registers {
		err = fmt.Errorf("bin sketch has %d registers, not %d", len(sketch), registers)
	}
	return sketch, err
}

// A Sketch has for each register the greatest rank of the hashes that belong to it: the number of zeros before their
// first one, and one.
type Sketch []byte

func (s Sketch) add(visitor string) bool {
	fnv1a := fnv.New64a()
	fnv1a.Write([]byte(visitor))
	h := fnv1a.Sum64()
	// Mixed as MurmurHash3 does: the highest bits of FNV-1a differ too little.
	h = (h ^ h>>33) * 0xff51afd7ed558ccd
	h = (h ^ h>>33) * 0xc4ceb9fe1a85ec53
	h ^= h >> 33
	register := h >> (64 - precision)
	rank := byte(bits.LeadingZeros64(h<<precision|1<<(precision-1)) + 1)
	if s[register] >= rank {
		return false
	}
	s[register] = rank
	return true
}

func (s Sketch) merge(other Sketch) Sketch {
	for i, rank := range other {
		s[i] = max(s[i], rank)
	}
	return s
}

// count is the estimate of Flajolet and others, with linear counting below five visitors for two registers.
func (s Sketch) count() int64 {
	if s == nil {
		return 0
	}
	zeros, sum := 0, 0.0
	for _, rank := range s {
		if rank == 0 {
			zeros++
		}
		sum += math.Ldexp(1, -int(rank))
	}
	estimate := 0.7213 / (1 + 1.079/registers) * registers * registers / sum
	if estimate <= 2.5*registers && zeros > 0 {
		estimate = registers * math.Log(registers/float64(zeros))
	}
	return int64(math.Floor(estimate + 0.5))
}
