// Package bind converts the arguments and the result of one call. Generated code calls it; UDFs use package udf.
//
// Errors name the argument, the expected Aerospike type and the actual value.
package bind

import (
	"context"
	"math"
	"strconv"
	"time"

	"github.com/GeertJohan/aerospike-mod-go/udf/internal/value"
)

// Call holds the arguments, the result and the deadline of one call of a UDF. It must be used by one goroutine, and not
// after the call.
type Call struct {
	function  string
	arguments []value.Raw
	result    value.Raw
	scratch   []byte // an encoded list or map, until the host has copied it
	deadline  uint64
	clock     func() uint64
	cancel    context.CancelFunc
}

// ArgumentError reports arguments that the UDF doesn't accept. It is the caller's error, not the UDF's.
type ArgumentError struct{ text string }

// Error returns the text for the caller.
func (e *ArgumentError) Error() string { return e.text }

// Begin starts a call. Only the SDK can call it. deadline is in nanoseconds of clock; 0 is no deadline.
func (c *Call) Begin(function string, arguments []value.Raw, deadline uint64, clock func() uint64) {
	c.function, c.arguments, c.deadline, c.clock = function, arguments, deadline, clock
	c.result = value.Raw{}
}

// Result returns the result of the UDF, valid until End. Only the SDK can call it.
func (c *Call) Result() value.Raw { return c.result }

// End ends the call. It releases all memory but scratch, which the next call uses again.
func (c *Call) End() {
	if c.cancel != nil {
		c.cancel()
		c.cancel = nil
	}
	c.arguments = nil
	c.result = value.Raw{}
	if cap(c.scratch) > maxScratch {
		c.scratch = nil
	}
}

// maxScratch is the capacity, in bytes, up to which a Call retains scratch for the next call.
const maxScratch = 16 << 10

// Arguments checks that the call has n arguments, or at least n if the UDF is variadic.
func (c *Call) Arguments(n int, variadic bool) error {
	got := len(c.arguments)
	if got == n || variadic && got > n {
		return nil
	}
	text := c.function + " expects "
	if variadic {
		text += "at least "
	}
	switch n {
	case 0:
		text += "no arguments"
	case 1:
		text += "1 argument"
	default:
		text += strconv.Itoa(n) + " arguments"
	}
	return &ArgumentError{text + ", got " + strconv.Itoa(got)}
}

// Context returns the call's context. It has the call's deadline, if any, and is cancelled when the call ends, so that
// goroutines that the UDF started can end too.
func (c *Call) Context() (ctx context.Context) {
	if c.cancel != nil {
		c.cancel()
	}
	if left, limited := c.Left(); limited {
		ctx, c.cancel = context.WithTimeout(context.Background(), left)
	} else {
		ctx, c.cancel = context.WithCancel(context.Background())
	}
	return ctx
}

// Left returns the time until the call's deadline, negative if it has passed; false if there is none. Only the SDK
// calls it.
func (c *Call) Left() (time.Duration, bool) {
	if c.deadline == 0 {
		return 0, false
	}
	now := c.clock()
	if c.deadline < now {
		return -time.Duration(now - c.deadline), true
	}
	return time.Duration(min(c.deadline-now, math.MaxInt64)), true
}

// raw returns argument i, counted from 0. The caller must have called Arguments.
func (c *Call) raw(i int) value.Raw { return c.arguments[i] }

// argumentError returns the error for argument i.
func (c *Call) argumentError(i int, err error) error {
	return &ArgumentError{"argument " + strconv.Itoa(i+1) + " of " + c.function + ": " + err.Error()}
}
