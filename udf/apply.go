package udf

// Running one call.

import (
	"strings"
	"sync"

	"github.com/GeertJohan/aerospike-mod-go/udf/bind"
	"github.com/GeertJohan/aerospike-mod-go/udf/internal/host"
)

// frame is the state of one call. It is used again by later calls.
type frame struct {
	call      bind.Call
	record    recordState
	backend   backend // the record of a C host
	unused    []Record
	perThread bool      // belongs to a thread, else to frames
	last      *function // that was called last: hosts call the same function many times in a row
}

// frames are those that belong to no thread.
var frames = sync.Pool{New: func() any { return newFrame() }}

func newFrame() *frame {
	f := new(frame)
	f.record.backend = &f.backend
	return f
}

// release makes the frame available to the next call.
func (f *frame) release() {
	if !f.perThread {
		frames.Put(f)
	}
}

// newRecord returns a Record that was not used before: one that a UDF retains must fail after its call, not access the
// record of a later call. Records are allocated in blocks, so that most calls allocate nothing.
func (f *frame) newRecord() *Record {
	if len(f.unused) == 0 {
		f.unused = make([]Record, 128)
	}
	r := &f.unused[0]
	f.unused = f.unused[1:]
	r.state = &f.record
	return r
}

// end closes the record, if any, and releases the frame.
func (f *frame) end(r *Record) {
	if r != nil {
		r.state = nil
	}
	f.call.End()
	f.record.pending = nil
	f.backend.reset()
	if cap(f.record.scratch) > maxScratch {
		f.record.scratch = nil
	}
	f.release()
}

// maxScratch is the capacity, in bytes, up to which a frame retains scratch for the next call.
const maxScratch = 16 << 10

// run calls fn, a stream UDF if s is not nil. If status is not OK, text is the error, with the frames of the UDF after a
// panic.
func (f *frame) run(fn *function, r *Record, s *streamCall) (status host.Status, text string) {
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
			err = f.record.pending // that no Create or Update returned
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

// failure returns the status and text of a call that failed with err.
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

// find returns the function of that name, or the error for the caller.
func (m *module) find(name string) (*function, host.Status, string) {
	if m.failure != "" {
		return nil, host.Internal, m.failure
	}
	if fn := m.functions[name]; fn != nil {
		return fn, host.OK, ""
	}
	return nil, host.NotFound, m.notFound(name)
}

// symbol returns the function of BuildInfo.Symbols[index], or nil if it can't be called.
func (m *module) symbol(index int) *function {
	if m.failure != "" || uint(index) >= uint(len(m.symbols)) {
		return nil
	}
	return m.symbols[index]
}

// findSymbol is find by index, for an index for which symbol returns nil.
func (m *module) findSymbol(index int) (*function, host.Status, string) {
	if m.failure == "" && uint(index) >= uint(len(m.build.Symbols)) {
		return nil, host.Internal, "the generated symbols are not those of BuildInfo.Symbols; build the module again"
	}
	if m.failure != "" {
		return nil, host.Internal, m.failure
	}
	return m.find(m.build.Symbols[index])
}

// notFound returns the error for a name that is not registered.
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
		return text + "; registered are " + strings.Join(m.names[:limit], ", ") + ", …"
	}
	return text + "; registered are " + strings.Join(m.names, ", ")
}

// nearest returns the name with the least distance from name, "" if all differ by more than a third.
func nearest(name string, names []string) string {
	best, least := "", max(1, min(len(name), nameMax)/3)+1
	for _, n := range names {
		if d := distance(name, n, least); d < least {
			best, least = n, d
		}
	}
	return best
}

// distance returns the Levenshtein distance of a and b in bytes, ignoring case, at most limit.
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

// lower returns an ASCII letter in lower case, without the Unicode tables of strings.ToLower.
func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}
