package udf

// Running one call: what must be kept from the next call, and panics turned into failures.

import (
	"strings"
	"sync"

	"github.com/GeertJohan/aerospike-mod-go/udf/bind"
	"github.com/GeertJohan/aerospike-mod-go/udf/internal/host"
)

// frame holds what one call needs, and serves one call after another.
type frame struct {
	call    bind.Call
	record  recordState
	backend backend // the host's record, where there is a C host
	unused  []Record
	kept    bool      // by its thread
	last    *function // what it served last: hosts call the same function many times over
}

// frames are those that no thread keeps.
var frames = sync.Pool{New: func() any { return newFrame() }}

func newFrame() *frame {
	f := new(frame)
	f.record.backend = &f.backend
	return f
}

// release lets the next call have the frame.
func (f *frame) release() {
	if !f.kept {
		frames.Put(f)
	}
}

// handle gives a Record that no call has had. Records are not used twice, so that one that a UDF keeps fails
// after its call instead of reaching into another; they are made many at once, so a call allocates nothing.
func (f *frame) handle() *Record {
	if len(f.unused) == 0 {
		f.unused = make([]Record, 128)
	}
	r := &f.unused[0]
	f.unused = f.unused[1:]
	r.state = &f.record
	return r
}

// end closes the record, where there is one, and gives the frame to the next call.
func (f *frame) end(r *Record) {
	if r != nil {
		r.state = nil
	}
	f.call.End()
	f.record.failed = nil
	f.backend.ended()
	if cap(f.record.scratch) > scratchKept {
		f.record.scratch = nil
	}
	f.release()
}

// scratchKept is how many bytes of scratch a frame keeps for the next call.
const scratchKept = 16 << 10

// run calls fn, a stream UDF where s is not nil. On any status but OK text says why, with the frames of the UDF after a panic.
func (f *frame) run(fn *function, r *Record, s *streaming) (status host.Status, text string) {
	returned := false
	defer func() {
		if returned {
			return
		}
		if p := recover(); p != nil {
			if ended, ours := p.(*streamFailure); ours {
				status, text = failure(ended)
			} else {
				status, text = host.Panicked, panicText(p)
			}
		}
	}()
	var err error
	if s == nil {
		if err = fn.apply(&f.call, r); err == nil {
			err = f.record.failed // which no Create or Update has given
		}
	} else {
		err = s.apply(fn.applyStream)
	}
	if err != nil {
		status, text = failure(err)
	}
	returned = true
	return status, text
}

// failure says how a call failed that gave an error.
func failure(err error) (host.Status, string) {
	if wrong, ok := err.(*bind.ArgumentError); ok {
		return host.BadArguments, wrong.Error()
	}
	if ended, ours := err.(*streamFailure); ours {
		return ended.status, strings.ToValidUTF8(ended.text, "\uFFFD")
	}
	text := err.Error()
	if text == "" {
		text = "error with an empty text"
	}
	return host.Failed, strings.ToValidUTF8(text, "\uFFFD")
}

// find gives the function of that name, or why there is none.
func (m *module) find(name string) (*function, host.Status, string) {
	if m.failure != "" {
		return nil, host.Internal, m.failure
	}
	if fn := m.functions[name]; fn != nil {
		return fn, host.OK, ""
	}
	return nil, host.NotFound, m.notFound(name)
}

// symbol gives the function with a symbol of its own, by its place; nil where it can't be called.
func (m *module) symbol(index int) *function {
	if m.failure != "" || uint(index) >= uint(len(m.symbols)) {
		return nil
	}
	return m.symbols[index]
}

// unsymbolic is find for the function that symbol doesn't give.
func (m *module) unsymbolic(index int) (*function, host.Status, string) {
	if m.failure == "" && uint(index) >= uint(len(m.build.Symbols)) {
		return nil, host.Internal, "the generated symbols are not those of BuildInfo.Symbols; build the module again"
	}
	if m.failure != "" {
		return nil, host.Internal, m.failure
	}
	return m.find(m.build.Symbols[index])
}

// notFound is the text for a name that is not registered.
func (m *module) notFound(name string) string {
	name = strings.ToValidUTF8(name, "\uFFFD")
	text := "no function " + name + " is registered"
	if len(m.names) == 0 {
		return text + "; the module registers none"
	}
	if near := nearest(name, m.names); near != "" {
		return text + "; did you mean " + near + "?"
	}
	const limit = 20
	if len(m.names) > limit {
		return text + "; there are " + strings.Join(m.names[:limit], ", ") + ", …"
	}
	return text + "; there is " + strings.Join(m.names, ", ")
}

// nearest gives the name that differs least from name, "" where all differ by more than a third.
func nearest(name string, names []string) string {
	best, least := "", max(1, min(len(name), nameMax)/3)+1
	for _, n := range names {
		if d := distance(name, n, least); d < least {
			best, least = n, d
		}
	}
	return best
}

// distance counts the bytes to insert, delete or replace, whatever their case; limit where it is limit or more.
func distance(a, b string, limit int) int {
	if len(a)-len(b) >= limit || len(b)-len(a) >= limit {
		return limit
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if lower(a[i]) != lower(b[j]) {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return min(row[len(b)], limit)
}

// lower gives a letter of ASCII in lower case: strings.ToLower has tables for all of Unicode.
func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}
