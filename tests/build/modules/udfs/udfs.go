// Package udfs has one function for each thing that a wrapper or the host does.
package udfs

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"example.com/udfs/shared"
	"github.com/GeertJohan/aerospike-mod-go/udf"
)

type (
	level  int8
	scores map[string]float64
	point  struct {
		X, Y int
		Name string `udf:"name,omitempty"`
	}
)

// Add adds by to a bin and returns
// its new value. It is not atomic.
func Add(r *udf.Record, bin string, by int64) (int64, error) {
	n, _ := r.Int(bin)
	r.Set(bin, n+by)
	return n + by, r.Update()
}

func create(r *udf.Record, v udf.Value) error {
	r.Set("v", v)
	r.SetTTL(90 * time.Second)
	return r.Create()
}

func remove(r *udf.Record) error { return r.Remove() }

func types(b bool, i level, u uint16, f float32, s string, d []byte) string {
	return fmt.Sprint(b, i, u, f, s, string(d))
}

func collections(list []int, m scores, p *point, rest ...string) (map[udf.Value]udf.Value, error) {
	return map[udf.Value]udf.Value{"n": len(list), "a": m["a"], "x": p.X, int64(7): rest}, nil
}

func fail() error { return errors.New("out of tokens") }

func index(xs []int) int { return xs[5] }

func exit() { os.Exit(9) }

func deadlock() {
	go func() {
		var m map[string]int
		m["a"] = 1
	}()
	select {}
}

func spin() {
	for {
	}
}

func wait(ctx context.Context) error {
	<-ctx.Done()
	return ctx.Err()
}

func speak() {
	fmt.Println("printed")
	udf.Log(udf.Warning, "careful", "n", 3)
}

func meta(r *udf.Record) string {
	return fmt.Sprint(r.Exists(), r.Generation(), r.SetName(), r.TTL())
}

type counter struct{ step int64 }

func (c counter) next(n int64) int64 { return n + c.step }

func init() {
	udf.Register("add", Add)
	udf.Register("create", create)
	udf.Register("remove", remove)
	udf.Register("types", types)
	udf.Register("collections", collections)
	udf.Register("fail", fail)
	udf.Register("index", index)
	udf.Register("exit", exit)
	udf.Register("deadlock", deadlock)
	udf.Register("spin", spin)
	udf.Register("wait", wait)
	udf.Register("speak", speak)
	udf.Register("meta", meta)
	udf.Register("echo", func(v udf.Value) udf.Value { return v })
	udf.Register("next", counter{step: 2}.next)
	udf.Register("moment", func(d shared.Millis) shared.Millis { return d + 1 })
}
