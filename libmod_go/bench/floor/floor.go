// Package floor holds the functions that the benchmark calls, and the empty exported one that is their floor.
package floor

import "C"

import (
	"runtime"

	"github.com/GeertJohan/aerospike-mod-go/udf"
)

func init() {
	udf.Register("empty", Empty)
	udf.Register("get_bin", GetBin)
	udf.Register("set_bin", SetBin)
	udf.Register("string_arg", StringArg)
	udf.Register("list10", List10)
	udf.Register("map10", Map10)
	udf.Register("mallocs", Mallocs)
}

//export modgo_bench_floor
func modgo_bench_floor() {}

// Empty does nothing: what is left is the way there and back.
func Empty() {}

// GetBin reads one integer bin.
func GetBin(rec *udf.Record) int64 {
	n, _ := rec.Int("a")
	return n
}

// SetBin reads a bin, adds one and sets it, in memory alone.
func SetBin(rec *udf.Record) int64 {
	n, _ := rec.Int("a")
	rec.Set("a", n+1)
	return n
}

// StringArg reads the bin that its argument names.
func StringArg(rec *udf.Record, bin string) int64 {
	n, _ := rec.Int(bin)
	return n
}

// List10 gives the elements of a list, each increased by their sum.
func List10(numbers []int64) []int64 {
	var sum int64
	for _, n := range numbers {
		sum += n
	}
	result := make([]int64, len(numbers))
	for i, n := range numbers {
		result[i] = n + sum
	}
	return result
}

// Map10 does the same with a map.
func Map10(numbers map[string]int64) map[string]int64 {
	var sum int64
	for _, n := range numbers {
		sum += n
	}
	result := make(map[string]int64, len(numbers))
	for key, n := range numbers {
		result[key] = n + sum
	}
	return result
}

// Mallocs counts what this module has allocated so far.
func Mallocs() int64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.Mallocs)
}
