package udf

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/GeertJohan/aerospike-mod-go/udf/bind"
	"github.com/GeertJohan/aerospike-mod-go/udf/internal/host"
	"github.com/GeertJohan/aerospike-mod-go/udf/internal/value"
)

// memoryStream is a host.Input and a host.Output.
type memoryStream struct {
	read    []any // Values, host.Record or error
	at      int
	written []any
	ended   bool
	closed  bool
	full    int // the number of writes after which Write fails; 0 is never
}

func (m *memoryStream) Read() (host.Record, value.Raw, error) {
	if m.at == len(m.read) {
		if m.ended {
			return nil, value.Raw{}, errors.New("it is read after its end")
		}
		m.ended = true
		return nil, value.Raw{}, nil
	}
	m.at++
	switch e := m.read[m.at-1].(type) {
	case host.Record:
		return e, value.Raw{}, nil
	case error:
		return nil, value.Raw{}, e
	default:
		raw, _, err := value.Encode(e, nil)
		return nil, raw, err
	}
}

func (m *memoryStream) Write(raw value.Raw) error {
	if m.full > 0 && len(m.written) == m.full {
		return errors.New("disk full")
	}
	v, err := value.ToAny(raw)
	m.written = append(m.written, v)
	return err
}

func (m *memoryStream) Close() error {
	m.closed = true
	return nil
}

// call applies a stream UDF as the ABI does.
func (m *memoryStream) call(t *testing.T, scope host.Scope, deadline time.Duration, apply StreamApply) (host.Status, string) {
	t.Helper()
	f := newFrame()
	ends := uint64(0)
	if deadline != 0 {
		ends = uint64(1e9 + deadline)
	}
	f.call.Begin("f", nil, ends, func() uint64 { return 1e9 })
	s := &streamCall{frame: f, input: m, output: m, scope: scope}
	status, text := f.run(&function{name: "f", stream: true, applyStream: apply}, nil, s)
	s.end()
	f.end(nil)
	if m.closed != (status == host.OK) {
		t.Errorf("status %v, and the output is closed: %v", status, m.closed)
	}
	return status, text
}

// plain is the StreamApply of a function without arguments.
func plain(f func(*Stream) *Stream) StreamApply {
	return func(c *bind.Call, s *Stream) (*Stream, error) { return f(s), nil }
}

func add(a, b int64) int64 { return a + b }

func even(n int64) bool { return n%2 == 0 }

func TestStages(t *testing.T) {
	for _, c := range []struct {
		name  string
		scope host.Scope
		udf   func(*Stream) *Stream
		read  []any
		want  []any
	}{
		{"identity", host.ScopeBoth, func(s *Stream) *Stream { return s }, []any{1, "a", []any{1}}, []any{int64(1), "a", []any{int64(1)}}},
		{"nil", host.ScopeBoth, func(s *Stream) *Stream { return nil }, []any{1}, nil},
		{"filter", host.ScopeBoth, func(s *Stream) *Stream { return Filter(s, even) }, []any{1, 2, 3, 4}, []any{int64(2), int64(4)}},
		{"map", host.ScopeBoth, func(s *Stream) *Stream {
			return Map(Map(s, func(n int) string { return strings.Repeat("x", n) }), func(s string) int { return 10 * len(s) })
		}, []any{1, 2}, []any{int64(10), int64(20)}},
		{"aggregate", host.ScopeBoth, func(s *Stream) *Stream {
			return Aggregate(s, 10, func(sum int, n int64) int { return sum + int(n) })
		}, []any{1, 2}, []any{int64(13)}},
		{"aggregate nothing", host.ScopeBoth, func(s *Stream) *Stream { return Aggregate(s, 10, func(n int, m int) int { return n + m }) }, nil, []any{int64(10)}},
		{"reduce", host.ScopeBoth, func(s *Stream) *Stream { return Reduce(s, add) }, []any{1, 2, 3}, []any{int64(6)}},
		{"reduce nothing", host.ScopeBoth, func(s *Stream) *Stream { return Reduce(s, add) }, nil, nil},
		{"reduce any", host.ScopeBoth, func(s *Stream) *Stream { return Reduce(s, func(a, b Value) Value { return b }) }, []any{"a", "b"}, []any{"b"}},
		{"structs", host.ScopeBoth, func(s *Stream) *Stream { return Map(s, func(k Key) string { return k.Set }) },
			[]any{map[string]any{"Set": "demo"}}, []any{"demo"}},
		{"all stages", host.ScopeBoth, afterReduce, []any{1, 2}, []any{int64(203)}},
		{"up to the first reduce", host.ScopeServer, afterReduce, []any{1, 2}, []any{int64(103)}},
		{"from the first reduce", host.ScopeClient, afterReduce, []any{103, 7}, []any{int64(210)}},
		{"the client without a reduce", host.ScopeClient, func(s *Stream) *Stream { return Map(s, func(n int) int { return n + 1 }) }, []any{5}, []any{int64(5)}},
		{"the nodes without a reduce", host.ScopeServer, func(s *Stream) *Stream { return Map(s, func(n int) int { return n + 1 }) }, []any{5}, []any{int64(6)}},
		{"stream of", host.ScopeServer, func(s *Stream) *Stream { return Reduce(StreamOf(slices.Values([]int64{1, 2})), add) }, nil, []any{int64(3)}},
		{"the client's stream of", host.ScopeClient, func(s *Stream) *Stream { return Reduce(StreamOf(slices.Values([]int64{1, 2})), add) }, []any{40, 2}, []any{int64(42)}},
		{"of no stream", host.ScopeBoth, func(s *Stream) *Stream { return Aggregate(nil, 1, func(n, m int) int { return n + m }) }, []any{5}, []any{int64(1)}},
	} {
		m := &memoryStream{read: c.read}
		if status, text := m.call(t, c.scope, 0, plain(c.udf)); status != host.OK || !reflect.DeepEqual(m.written, c.want) {
			t.Errorf("%s: %v %v %s; want %v", c.name, m.written, status, text, c.want)
		}
	}
}

// afterReduce has stages before and after its Reduce.
func afterReduce(s *Stream) *Stream {
	sum := Reduce(Aggregate(s, 100, func(sum, n int64) int64 { return sum + n }), add)
	return Map(sum, func(n int64) int64 {
		if n > 200 {
			return n
		}
		return n + 100
	})
}

func TestStreamFailures(t *testing.T) {
	refusing := &oneInteger{}
	for _, c := range []struct {
		name   string
		read   []any
		udf    StreamApply
		full   int
		status host.Status
		text   string
	}{
		{"another type", []any{1, "a"}, plain(func(s *Stream) *Stream { return Filter(s, even) }), 0, host.Failed,
			`stage 1, Filter of int64: expected an integer, got the string "a"`},
		{"another type inside", []any{1}, plain(func(s *Stream) *Stream {
			return Map(Filter(s, even), func(s string) string { return s })
		}), 0, host.OK, ""},
		{"between stages", []any{2}, plain(func(s *Stream) *Stream {
			return Map(Filter(s, even), func(s string) string { return s })
		}), 0, host.Failed, `stage 2, Map, takes string but gets int64`},
		{"nil between stages", []any{2}, plain(func(s *Stream) *Stream {
			return Map(Map(s, func(int) any { return nil }), func(s string) string { return s })
		}), 0, host.Failed, `stage 2, Map, takes string but gets nil`},
		{"no record", []any{2}, plain(func(s *Stream) *Stream { return Map(s, func(r *Record) int { return 1 }) }), 0, host.Failed,
			`stage 1, Map, takes *udf.Record but gets the integer 2`},
		{"a record", []any{refusing}, plain(func(s *Stream) *Stream { return Map(s, func(n int64) int { return 1 }) }), 0, host.Failed,
			`stage 1, Map, takes int64 but gets a record`},
		{"no records to read", []any{"x"}, plain(func(s *Stream) *Stream {
			for range s.Records() {
				t.Error("a string is a record")
			}
			return s
		}), 0, host.Failed, `stage 1, Records, takes *udf.Record but gets the string "x"`},
		{"records out", []any{refusing}, plain(func(s *Stream) *Stream { return s }), 0, host.Failed,
			"the result is a stream of records, which can't leave their node; turn them into values with udf.Map or udf.Aggregate"},
		{"nil out", []any{1}, plain(func(s *Stream) *Stream { return Map(s, func(int) *int { return nil }) }), 0, host.Failed,
			"an element of the resulting stream is nil, which would end the stream; filter such elements out"},
		{"no value out", []any{1}, plain(func(s *Stream) *Stream { return Map(s, func(int) chan int { return make(chan int) }) }), 0, host.Failed,
			"an element of the resulting stream: chan int has no Aerospike value"},
		{"the host's input", []any{1, errors.New("a node went away")}, plain(func(s *Stream) *Stream { return s }), 0, host.Failed,
			"reading element 2 of the stream: a node went away"},
		{"the host's output", []any{1, 2, 3}, plain(func(s *Stream) *Stream { return s }), 2, host.Failed, "disk full"},
		{"an error", []any{1}, func(*bind.Call, *Stream) (*Stream, error) { return nil, errors.New("not today") }, 0, host.Failed, "not today"},
		{"a panic", []any{1}, plain(func(s *Stream) *Stream { return Filter(s, func(n int) bool { panic("ouch") }) }), 0, host.Panicked, "ouch"},
		{"a read that failed", []any{&unreadable{}}, plain(func(s *Stream) *Stream {
			return Map(s, func(r *Record) int64 { n, _ := r.Int("a"); return n })
		}), 0, host.Failed, `record 1 of the stream: reading the bin "a": the disk is wet`},
		{"a set of the record a loop ended at", []any{&oneInteger{n: 1}, &oneInteger{n: 2}}, plain(func(s *Stream) *Stream {
			return StreamOf(func(yield func(int) bool) {
				for r := range s.Records() {
					r.Set("a name of 16 byt", 1)
					yield(1)
					return
				}
			})
		}), 0, host.Failed, `record 1 of the stream: setting the bin "a name of 16 byt": a bin's name has at most 15 bytes, this one has 16`},
		{"arguments", nil, func(c *bind.Call, s *Stream) (*Stream, error) { return s, c.Arguments(2, false) }, 0, host.BadArguments, "f expects 2 arguments, got 0"},
	} {
		m := &memoryStream{read: c.read, full: c.full}
		status, text := m.call(t, host.ScopeBoth, 0, c.udf)
		if first, _, _ := strings.Cut(text, "\n"); status != c.status || first != c.text {
			t.Errorf("%s: %v %q; want %v %q", c.name, status, text, c.status, c.text)
		}
	}
}

type unreadable struct{ noRecord }

func (*unreadable) Get(string) (value.Raw, error) { return value.Raw{}, errors.New("the disk is wet") }

func TestStreamIsLazy(t *testing.T) {
	m := &memoryStream{read: []any{1, 2, 3}}
	status, text := m.call(t, host.ScopeBoth, 0, plain(func(s *Stream) *Stream {
		out := Filter(s, func(n int64) bool {
			if len(m.written) != m.at-1 {
				t.Errorf("%d elements are read, %d written", m.at, len(m.written))
			}
			return true
		})
		if m.at > 0 {
			t.Error("read before the UDF gave its stream")
		}
		return out
	}))
	if status != host.OK || len(m.written) != 3 {
		t.Error(status, text, m.written)
	}
}

func TestStreamObservesTheDeadline(t *testing.T) {
	slow := func(n int64) int64 {
		time.Sleep(15 * time.Millisecond)
		return n
	}
	m := &memoryStream{read: make([]any, 1000)}
	for i := range m.read {
		m.read[i] = i
	}
	status, text := m.call(t, host.ScopeBoth, 40*time.Millisecond, plain(func(s *Stream) *Stream { return Map(s, slow) }))
	if status != host.Deadline || m.at > 10 || !strings.HasPrefix(text, "the deadline passed after ") {
		t.Error(status, text, m.at)
	}
	// An infinite source, all of whose elements are filtered out.
	status, text = new(memoryStream).call(t, host.ScopeBoth, 40*time.Millisecond, plain(func(*Stream) *Stream {
		forever := func(yield func(int64) bool) {
			for yield(1) {
			}
		}
		return Filter(StreamOf(forever), even)
	}))
	if status != host.Deadline {
		t.Error(status, text)
	}
	status, _ = (&memoryStream{read: []any{1}}).call(t, host.ScopeBoth, time.Hour, plain(func(s *Stream) *Stream { return s }))
	if status != host.OK {
		t.Error("a deadline that is far away:", status)
	}
}

func TestRecordsOfAStream(t *testing.T) {
	m := &memoryStream{read: []any{&oneInteger{n: 1}, &oneInteger{n: 2}, &oneInteger{n: 3}}}
	var retained []*Record
	status, text := m.call(t, host.ScopeServer, 0, plain(func(s *Stream) *Stream {
		return StreamOf(func(yield func(int64) bool) {
			for r := range s.Records() {
				retained = append(retained, r)
				n, _ := r.Int("a")
				if !yield(n) {
					return
				}
				for _, old := range retained[:len(retained)-1] {
					if _, err := Get[int64](old, "a"); !errors.Is(err, errCallEnded) {
						t.Error("a record lives longer than until the next read:", err)
					}
				}
			}
		})
	}))
	if status != host.OK || !reflect.DeepEqual(m.written, []any{int64(1), int64(2), int64(3)}) {
		t.Error(status, text, m.written)
	}
	if err := retained[2].Update(); !errors.Is(errors.Unwrap(err), errCallEnded) && !strings.Contains(err.Error(), errCallEnded.Error()) {
		t.Error(err)
	}
	m = &memoryStream{read: []any{&oneInteger{n: 1}, &oneInteger{n: 2}}}
	status, text = m.call(t, host.ScopeServer, 0, plain(func(s *Stream) *Stream { // stops early
		for range s.Records() {
			return nil
		}
		return s
	}))
	if status != host.OK || m.at != 1 {
		t.Error(status, text, m.at)
	}
}

// The UDF itself loops over the records, and returns a stream of its results.
func TestLoopOverRecordsRunsOnTheNodes(t *testing.T) {
	eager := func(s *Stream) *Stream {
		sum := int64(0)
		for range 2 { // the second loop is at the end, and doesn't call the host
			for r := range s.Records() {
				n, _ := r.Int("a")
				sum += n
			}
		}
		return Reduce(StreamOf(slices.Values([]int64{sum})), add)
	}
	for _, c := range []struct {
		scope host.Scope
		read  []any
		want  []any
	}{
		{host.ScopeServer, []any{&oneInteger{n: 1}, &oneInteger{n: 2}}, []any{int64(3)}},
		{host.ScopeBoth, []any{&oneInteger{n: 1}, &oneInteger{n: 2}}, []any{int64(3)}},
		{host.ScopeClient, []any{3, 4}, []any{int64(7)}},
		{host.ScopeClient, nil, nil},
	} {
		m := &memoryStream{read: c.read}
		if status, text := m.call(t, c.scope, 0, plain(eager)); status != host.OK || !reflect.DeepEqual(m.written, c.want) {
			t.Errorf("%v of %v: %v %v %s", c.scope, c.read, m.written, status, text)
		}
	}
}

// A stream that is retained fails after its call, and can't access that of a later call.
func TestStreamEndsWithItsCall(t *testing.T) {
	var retained *Stream
	first := &memoryStream{read: []any{1}}
	first.call(t, host.ScopeBoth, 0, plain(func(s *Stream) *Stream { retained = s; return nil }))
	status, text := new(memoryStream).call(t, host.ScopeBoth, 0, plain(func(*Stream) *Stream { return Filter(retained, even) }))
	if status != host.Failed || !strings.Contains(text, "after its call had ended") || first.at != 0 {
		t.Error(status, text, first.at)
	}
	f := newFrame() // of a record UDF
	status, text = f.run(&function{apply: func(*bind.Call, *Record) error {
		for range retained.Records() {
			t.Error("a record")
		}
		return nil
	}}, nil, nil)
	if status != host.Failed || !strings.Contains(text, "after its call had ended") {
		t.Error(status, text)
	}
}

func TestNilFunctionPanicsAtTheCall(t *testing.T) {
	for name, udf := range map[string]func(*Stream) *Stream{
		"Filter":    func(s *Stream) *Stream { return Filter[int](s, nil) },
		"Map":       func(s *Stream) *Stream { return Map[int, int](s, nil) },
		"Aggregate": func(s *Stream) *Stream { return Aggregate[int](s, 0, nil) },
		"Reduce":    func(s *Stream) *Stream { return Reduce[int](s, nil) },
		"StreamOf":  func(s *Stream) *Stream { return StreamOf[int](nil) },
	} {
		m := &memoryStream{read: []any{1}}
		if status, text := m.call(t, host.ScopeBoth, 0, plain(udf)); status != host.Panicked || text != "udf."+name+": the function is nil" || m.at != 0 {
			t.Error(name, status, text, m.at)
		}
	}
}

func TestStreamUDFsByReflectionAndByBinding(t *testing.T) {
	above := func(s *Stream, least int64, more ...int64) (*Stream, error) {
		if least < 0 {
			return nil, errors.New("negative")
		}
		return Filter(s, func(n int64) bool { return n >= least+int64(len(more)) }), nil
	}
	adapted := 0
	b := Binding{Name: "above", AdaptStream: func(function any) StreamApply {
		f, ok := function.(func(*Stream, int64, ...int64) (*Stream, error))
		if !ok {
			return nil
		}
		return func(c *bind.Call, s *Stream) (*Stream, error) {
			adapted++
			if err := c.Arguments(1, true); err != nil {
				return nil, err
			}
			least, err := bind.Integer[int64](c, 0)
			if err != nil {
				return nil, err
			}
			more, err := bind.Variadic[int64](c, 1)
			if err != nil {
				return nil, err
			}
			return f(s, least, more...)
		}
	}}
	r := registration{name: "above", fn: above}
	for i, d := range []declarations{
		{registrations: []registration{r}},
		{registrations: []registration{r}, bindings: []Binding{b}},
		{registrations: []registration{r}, bindings: []Binding{{Name: "above"}}}, // of a builder that doesn't know streams
	} {
		fn := newModule(d).functions["above"]
		for _, c := range []struct {
			arguments []any
			want      []any
			status    host.Status
		}{
			{[]any{2}, []any{int64(2), int64(3)}, host.OK},
			{[]any{2, 0}, []any{int64(3)}, host.OK},
			{[]any{-1}, nil, host.Failed},
			{nil, nil, host.BadArguments},
			{[]any{"x"}, nil, host.BadArguments},
			{[]any{1, "x"}, nil, host.BadArguments},
		} {
			var raws []value.Raw
			for _, a := range c.arguments {
				raw, _, _ := value.Encode(a, nil)
				raws = append(raws, raw)
			}
			m := &memoryStream{read: []any{1, 2, 3}}
			f := newFrame()
			f.call.Begin("above", raws, 0, nil)
			status, text := f.run(fn, nil, &streamCall{frame: f, input: m, output: m, scope: host.ScopeBoth})
			if status != c.status || !reflect.DeepEqual(m.written, c.want) {
				t.Errorf("%d, %v: %v %v %s", i, c.arguments, m.written, status, text)
			}
		}
	}
	if adapted == 0 {
		t.Error("the binding was not used")
	}
}
