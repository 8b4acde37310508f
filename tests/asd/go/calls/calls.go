// Package calls has a function for each way in which a call from a client can end.
package calls

import (
	"errors"
	"os"
	"time"

	"github.com/GeertJohan/aerospike-mod-go/udf"
)

func init() {
	udf.Register("version", Version)
	udf.Register("echo", Echo)
	udf.Register("add", Add)
	udf.Register("fail", Fail)
	udf.Register("dereference", Dereference)
	udf.Register("exit", Exit)
	udf.Register("sleep", Sleep)
	udf.Register("total", Total)
	udf.Register("values", Values)
	udf.Register("spoil", Spoil)
}

// Version says which one answers.
func Version() int { return 1 }

// Echo gives its argument back.
func Echo(value udf.Value) udf.Value { return value }

// Add adds to a bin.
func Add(rec *udf.Record, bin string, by int64) (int64, error) {
	now, _ := rec.Int(bin)
	rec.Set(bin, now+by)
	if rec.Exists() {
		return now + by, rec.Update()
	}
	return now + by, rec.Create()
}

// Fail returns an error.
func Fail(rec *udf.Record) error { return errors.New("sold out") }

// Dereference panics.
func Dereference(rec *udf.Record) int {
	var nothing *int
	return *nothing
}

// Exit ends its process.
func Exit(rec *udf.Record) { os.Exit(3) }

// Sleep comes back late.
func Sleep(seconds int64) { time.Sleep(time.Duration(seconds) * time.Second) }

// Total gives the sum of a bin over all records.
func Total(s *udf.Stream, bin string) *udf.Stream {
	numbers := udf.Map(s, func(rec *udf.Record) int64 {
		number, _ := rec.Int(bin)
		return number
	})
	return udf.Reduce(numbers, func(a, b int64) int64 { return a + b })
}

// Values gives a bin of each record.
func Values(s *udf.Stream, bin string) *udf.Stream {
	return udf.Map(s, func(rec *udf.Record) udf.Value { return rec.Bin(bin) })
}

// Spoil adds numbers, and panics where the client adds up what the nodes gave.
func Spoil(s *udf.Stream) *udf.Stream {
	ones := udf.Aggregate(s, int64(0), func(n int64, rec *udf.Record) int64 { return n + 1 })
	return udf.Reduce(ones, func(a, b int64) int64 { panic("too much") })
}
