// Package shop is what the tests of the server plugin put on a server: a function for each thing that may happen there.
package shop

import (
	"context"
	"errors"
	"os"
	"time"

	"github.com/GeertJohan/aerospike-mod-go/udf"
)

func init() {
	udf.Register("version", Version)
	udf.Register("get", Get)
	udf.Register("set", Set)
	udf.Register("unset", Unset)
	udf.Register("remove", Remove)
	udf.Register("echo", Echo)
	udf.Register("facts", Facts)
	udf.Register("fail", Fail)
	udf.Register("dereference", Dereference)
	udf.Register("exit", Exit)
	udf.Register("spin", Spin)
	udf.Register("left", Left)
	udf.Register("rest", Rest)
	udf.Register("say", Say)
	udf.Register("read", Read)
	udf.Register("total", Total)
	udf.Register("names", Names)
	udf.Register("doze", Doze)
}

// Version differs in the versions of this module: the makefile builds two of them.
func Version() int { return 1 }

func Get(rec *udf.Record, bin string) udf.Value { return rec.Bin(bin) }

func store(rec *udf.Record) error {
	if rec.Exists() {
		return rec.Update()
	}
	return rec.Create()
}

func Set(rec *udf.Record, bin string, value udf.Value) error {
	rec.Set(bin, value)
	return store(rec)
}

func Unset(rec *udf.Record, bin string) error {
	rec.Unset(bin)
	return store(rec)
}

func Remove(rec *udf.Record) error { return rec.Remove() }

func Echo(value udf.Value) udf.Value { return value }

func Facts(rec *udf.Record) []udf.Value {
	return []udf.Value{rec.Exists(), rec.SetName(), int64(len(rec.Digest()))}
}

func Fail() error { return errors.New("sold out") }

func Dereference() int {
	var p *struct{ n int }
	return p.n
}

func Exit() { os.Exit(3) }

func Spin() {
	for {
	}
}

// Left returns the milliseconds that the call has left, -1 if it has no limit.
func Left(ctx context.Context) int64 {
	deadline, ok := ctx.Deadline()
	if !ok {
		return -1
	}
	return time.Until(deadline).Milliseconds()
}

// Rest takes its time, so that others are called meanwhile.
func Rest() { time.Sleep(5 * time.Millisecond) }

func Say(text string) { udf.Log(udf.Info, text) }

// Read reads a file, which needs a grant.
func Read(path string) (string, error) {
	text, err := os.ReadFile(path)
	return string(text), err
}

// Total adds the bin n of all records.
func Total(s *udf.Stream) *udf.Stream {
	sum := func(a, b int64) int64 { return a + b }
	amounts := udf.Map(s, func(rec *udf.Record) int64 { n, _ := rec.Int("n"); return n })
	return udf.Reduce(udf.Aggregate(amounts, 0, sum), sum)
}

// Names counts the bins of all records.
func Names(s *udf.Stream) *udf.Stream {
	sum := func(a, b int64) int64 { return a + b }
	counts := udf.Map(s, func(rec *udf.Record) int64 {
		count := int64(0)
		for range rec.Bins() {
			count++
		}
		return count
	})
	return udf.Reduce(udf.Aggregate(counts, 0, sum), sum)
}

// Doze sleeps for each record.
func Doze(s *udf.Stream, milliseconds int64) *udf.Stream {
	return udf.Map(s, func(rec *udf.Record) int64 {
		time.Sleep(time.Duration(milliseconds) * time.Millisecond)
		return 1
	})
}
