// Package module is the UDF module that the tests of the ABI build and call from C.
package module

import (
	"context"
	"errors"
	"time"

	"github.com/GeertJohan/aerospike-mod-go/udf"
)

func init() {
	udf.Register("empty", Empty)
	udf.Register("getBin", GetBin)
	udf.Register("add", Add)
	udf.Register("addReflected", Add)
	udf.Register("echo", Echo)
	udf.Register("greet", Greet)
	udf.Register("small", Small)
	udf.Register("sum", Sum)
	udf.Register("fail", Fail)
	udf.Register("crash", Crash)
	udf.Register("crashCustom", CrashCustom)
	udf.Register("say", Say)
	udf.Register("fill", Fill)
	udf.Register("wait", Wait)
	udf.Register("facts", Facts)
	udf.Register("retain", Retain)
	udf.Register("useRetained", UseRetained)
	udf.Register("store", Store)
	udf.Register("positive", Positive)
	udf.Register("nest", Nest)
	udf.Register("sayElsewhere", SayElsewhere)
	udf.Register("stream", Stream) // see streams.go
}

func Empty() {}

func GetBin(r *udf.Record) int64 {
	n, _ := r.Int("a")
	return n
}

// Add adds n to the bin a.
func Add(r *udf.Record, n int64) (int64, error) {
	a, _ := r.Int("a")
	r.Set("a", a+n)
	return a + n, r.Update()
}

func Echo(v udf.Value) udf.Value { return v }

func Greet(name string) string { return "hello " + name }

func Small(n int8) int8 { return n }

func Sum(ns ...int64) (sum int64) {
	for _, n := range ns {
		sum += n
	}
	return sum
}

func Fail() (string, error) { return "unseen", errors.New("no luck today") }

func Crash(i int) int {
	var list []int
	return pick(list, i)
}

//go:noinline
func pick(list []int, i int) int { return list[i] }

type oops struct{ code int }

func CrashCustom() { panic(oops{7}) }

func Say(text string) {
	udf.Log(udf.Debug, "details")
	udf.Log(udf.Warning, text, "n", 1, "who", "a b")
}

// Fill returns a string of n bytes.
func Fill(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = 'x'
	}
	return string(b)
}

func Wait(ctx context.Context) (bool, error) {
	_, limited := ctx.Deadline()
	if !limited {
		return false, nil
	}
	select {
	case <-ctx.Done():
		return false, ctx.Err()
	case <-time.After(10 * time.Second):
		return true, nil
	}
}

// Facts returns the metadata and the bins of the record.
func Facts(r *udf.Record) map[string]any {
	bins := map[string]any{}
	for name, v := range r.Bins() {
		bins[name] = v
	}
	return map[string]any{
		"bins": bins, "exists": r.Exists(), "generation": r.Generation(), "set": r.SetName(), "key": r.Key().Value,
		"ttl": int64(r.TTL()), "digest": len(r.Digest()), "namespace": r.Key().Namespace,
	}
}

var retained *udf.Record

func Retain(r *udf.Record) { retained = r }

func UseRetained() error {
	retained.Set("a", 1)
	return retained.Update()
}

// Store sets a bin and creates the record.
func Store(r *udf.Record, bin string, v udf.Value) error {
	r.Set(bin, v)
	return r.Create()
}

func Positive() uint64 { return 1 << 63 }

// Nest logs after a call in which the host called another UDF.
func Nest(r *udf.Record) {
	r.Unset("a")
	udf.Log(udf.Info, "outer again")
}

func SayElsewhere() {
	done := make(chan bool)
	go func() {
		defer close(done)
		udf.Log(udf.Info, "from elsewhere")
	}()
	<-done
}
