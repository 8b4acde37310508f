// Package bind is what generated code calls between the C ABI and a UDF: it converts arguments and results
// of one call. It is not for people; the SDK for people is package udf.
//
// Each function says in its error which argument is meant, what Aerospike type it expects and what came.
package bind

import (
	"context"
	"math"
	"strconv"
	"time"

	"github.com/GeertJohan/aerospike-mod-go/udf/internal/value"
)

// Call is one call of one UDF: its arguments, its result, its deadline. It is used by one goroutine, and not
// after the call.
type Call struct {
	function  string
	arguments []value.Raw
	result    value.Raw
	scratch   []byte // holds an encoded list or map until the host has copied it
	deadline  uint64
	clock     func() uint64
	cancel    context.CancelFunc
}

// ArgumentError says that a call's arguments don't fit the UDF; the caller is to blame, not the UDF.
type ArgumentError struct{ text string }

// Error is the text for the caller.
func (e *ArgumentError) Error() string { return e.text }

// Begin starts a call. Only the SDK itself can call it. deadline and clock are nanoseconds of one clock;
// a deadline of 0 is none.
func (c *Call) Begin(function string, arguments []value.Raw, deadline uint64, clock func() uint64) {
	c.function, c.arguments, c.deadline, c.clock = function, arguments, deadline, clock
	c.result = value.Raw{}
}

// Result gives what the UDF returned, borrowed until End. Only the SDK itself can call it.
func (c *Call) Result() value.Raw { return c.result }

// End lets go of what the call held, but for the memory that the next call can use again.
func (c *Call) End() {
	if c.cancel != nil {
		c.cancel()
		c.cancel = nil
	}
	c.arguments = nil
	c.result = value.Raw{}
	if cap(c.scratch) > scratchKept {
		c.scratch = nil
	}
}

// scratchKept is how many bytes of scratch a Call keeps for the next call.
const scratchKept = 16 << 10

// Arguments checks that the call came with n arguments, or with n or more where the UDF is variadic.
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

// Context gives the call's context: it carries the call's deadline, where there is one, and is cancelled when that
// passes, and in any case when the call ends, so that nothing that the UDF started need outlive it.
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

// Left gives the time until the call's deadline, negative where it has passed; false where there is none. Only
// the SDK itself calls it.
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

// raw gives argument i, counted from 0. Arguments was called before, so a missing one is the generator's defect.
func (c *Call) raw(i int) value.Raw { return c.arguments[i] }

// wrong is the error for argument i.
func (c *Call) wrong(i int, err error) error {
	return &ArgumentError{"argument " + strconv.Itoa(i+1) + " of " + c.function + ": " + err.Error()}
}
