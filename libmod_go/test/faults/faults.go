// Package faults is the module that does what a UDF should not: the tests see what of that costs more than a call.
package faults

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/GeertJohan/aerospike-mod-go/udf"
)

func init() {
	udf.Register("fine", Fine)
	udf.Register("nil_dereference", NilDereference)
	udf.Register("index", Index)
	udf.Register("index_out", func() int { return Index(3) })
	udf.Register("recurse_on", func() int { return Recurse(0) })
	udf.Register("exit_3", func() { Exit(3) })
	udf.Register("custom", Custom)
	udf.Register("nested", Nested)
	udf.Register("elsewhere", Elsewhere)
	udf.Register("exit", Exit)
	udf.Register("recurse", Recurse)
	udf.Register("allocate", Allocate)
	udf.Register("deadlock", Deadlock)
	udf.Register("ignore_deadline", IgnoreDeadline)
	udf.Register("obey_deadline", ObeyDeadline)
	udf.Register("concurrent_map", ConcurrentMap)
}

// Fine is what the others are compared with.
func Fine(n int64) int64 { return n + 1 }

// NilDereference reads a bin's struct that is not there.
func NilDereference() int {
	var p *struct{ n int }
	return p.n
}

// Index runs past the end of a slice.
func Index(n int) int { return make([]int, 3)[n] }

// Custom panics with an error of its own.
func Custom() { panic(errors.New("a panic of our own")) }

// Nested panics some calls down.
func Nested() int { return fold(func() int { return Index(7) }) }

func fold(f func() int) int { return f() + 1 }

// Elsewhere panics in a goroutine, where nothing can recover it.
func Elsewhere() {
	done := make(chan bool)
	go func() {
		defer close(done)
		panic("in another goroutine")
	}()
	<-done
	time.Sleep(time.Minute)
}

// Exit ends the process.
func Exit(code int) {
	fmt.Println("goodbye")
	os.Exit(code)
}

// Recurse has no end.
func Recurse(n int) int { return Recurse(n+1) + n }

var blocks [][]byte

// Allocate keeps everything that it takes.
func Allocate() {
	for {
		block := make([]byte, 1<<20)
		for i := 0; i < len(block); i += 4096 {
			block[i] = 1
		}
		blocks = append(blocks, block)
	}
}

// Deadlock waits for what never comes.
func Deadlock() { <-make(chan bool) }

// IgnoreDeadline does not look at the time.
func IgnoreDeadline(ctx context.Context) int {
	n := 0
	for {
		n++
	}
}

// ObeyDeadline does.
func ObeyDeadline(ctx context.Context) error {
	<-ctx.Done()
	return ctx.Err()
}

// ConcurrentMap writes to a map from many goroutines at once.
func ConcurrentMap() {
	m := map[int]int{}
	for range 8 {
		go func() {
			for i := 0; ; i++ {
				m[i%10] = i
			}
		}()
	}
	time.Sleep(time.Minute)
}
