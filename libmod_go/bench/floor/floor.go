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

// Variables, so that the compiler can't put these bodies in their caller, and their values on its stack.
var (
	list10 = List10
	map10  = Map10
)

// The body of list10 alone, on Go values: so many times, with a new argument each.
//
//export modgo_bench_list10
func modgo_bench_list10(count C.int) {
	for range count {
		numbers := make([]int64, 10)
		for i := range numbers {
			numbers[i] = int64(i)
		}
		list10(numbers)
	}
}

// The same of map10.
//
//export modgo_bench_map10
func modgo_bench_map10(count C.int) {
	keys := [10]string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"}
	for range count {
		numbers := make(map[string]int64, len(keys))
		for i, key := range keys {
			numbers[key] = int64(i)
		}
		map10(numbers)
	}
}

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
