package udf

import (
	"context"
	"errors"
	"math"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/GeertJohan/aerospike-mod-go/udf/bind"
	"github.com/GeertJohan/aerospike-mod-go/udf/internal/host"
	"github.com/GeertJohan/aerospike-mod-go/udf/internal/value"
)

type celsius float32

// pairs are functions with the code that modgo would generate for them. Reflection must return the same.
var pairs = []struct {
	name  string
	fn    any
	bound Apply
}{
	{"nothing", func() {}, func(c *bind.Call, r *Record) error { return c.Arguments(0, false) }},
	{"integer", func(n int8) int8 { return n }, one(bind.Integer[int8], bind.ReturnInteger[int8])},
	{"unsigned", func(n uint64) uint64 { return n - 1 }, one(bind.Integer[uint64], func(c *bind.Call, n uint64) error { return bind.ReturnInteger(c, n-1) })},
	{"float", func(f celsius) celsius { return f }, one(bind.Float[celsius], bind.ReturnFloat[celsius])},
	{"boolean", func(b bool) bool { return b }, one(bind.Bool[bool], bind.ReturnBool[bool])},
	{"text", func(s string) string { return s }, one(bind.String[string], bind.ReturnString[string])},
	{"geojson", func(g GeoJSON) GeoJSON { return g }, one(bind.String[GeoJSON], bind.ReturnString[GeoJSON])},
	{"hll", func(h HLL) HLL { return h }, one(bind.Bytes[HLL], bind.ReturnBytes[HLL])},
	{"bytes", func(b []byte) []byte { return b }, one(bind.Bytes[[]byte], bind.ReturnBytes[[]byte])},
	{"value", func(v Value) Value { return v }, one(bind.Any[Value], bind.ReturnAny[Value])},
	{"list", func(l []int16) []int16 { return l }, one(bind.Any[[]int16], bind.ReturnAny[[]int16])},
	{"map", func(m map[string]*bool) map[string]*bool { return m }, one(bind.Any[map[string]*bool], bind.ReturnAny[map[string]*bool])},
	{"struct", func(k Key) Key { return k }, one(bind.Any[Key], bind.ReturnAny[Key])},
	{"variadic", func(first string, rest ...uint8) int { return len(rest) }, func(c *bind.Call, r *Record) error {
		if err := c.Arguments(1, true); err != nil {
			return err
		}
		if _, err := bind.String[string](c, 0); err != nil {
			return err
		}
		rest, err := bind.Variadic[uint8](c, 1)
		if err != nil {
			return err
		}
		return bind.ReturnInteger(c, len(rest))
	}},
	{"not UTF-8", func() string { return "\xff" }, func(c *bind.Call, r *Record) error {
		if err := c.Arguments(0, false); err != nil {
			return err
		}
		return bind.ReturnString(c, "\xff")
	}},
	{"error", func() error { return errors.New("no") }, func(c *bind.Call, r *Record) error {
		if err := c.Arguments(0, false); err != nil {
			return err
		}
		return errors.New("no")
	}},
}

// one is the generated code of a function that returns its one argument.
func one[T any](take func(*bind.Call, int) (T, error), give func(*bind.Call, T) error) Apply {
	return func(c *bind.Call, r *Record) error {
		if err := c.Arguments(1, false); err != nil {
			return err
		}
		v, err := take(c, 0)
		if err != nil {
			return err
		}
		return give(c, v)
	}
}

func TestReflectionAgreesWithGeneratedCode(t *testing.T) {
	samples := []any{
		nil, true, int64(0), int64(-1), int64(200), int64(math.MaxInt64), int64(1<<24 + 1), 1.5, 1e300, "text", []byte("b"), GeoJSON("{}"),
		HLL("h"), []Value{}, []Value{int64(1), int64(2)}, []Value{int64(1 << 20)}, map[Value]Value{"a": true, "b": nil},
		map[Value]Value{"Set": "s", "Namespace": "n", "Value": []Value{1.5}}, map[Value]Value{int64(1): true},
	}
	var lists [][]any
	lists = append(lists, nil, []any{"a", int64(1), int64(255)}, []any{"a", int64(256)}, []any{int64(1), "a"})
	for _, s := range samples {
		lists = append(lists, []any{s})
	}
	for _, p := range pairs {
		m := newModule(declarations{registrations: []registration{{name: "f", fn: p.fn}}})
		if m.failure != "" {
			t.Fatal(m.failure)
		}
		agreed := 0
		for _, arguments := range lists {
			want, wantErr := apply(t, p.bound, arguments)
			got, gotErr := apply(t, m.functions["f"].apply, arguments)
			if !reflect.DeepEqual(got, want) || errorText(gotErr) != errorText(wantErr) {
				t.Errorf("%s%v: by reflection %#v, %v; generated %#v, %v", p.name, arguments, got, gotErr, want, wantErr)
			}
			if wantErr == nil {
				agreed++
			}
		}
		if agreed == 0 && p.name != "error" && p.name != "not UTF-8" {
			t.Errorf("%s: no call succeeded", p.name)
		}
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return reflect.TypeOf(err).String() + " " + err.Error()
}

// apply calls a UDF with Values as arguments and returns its result as a Value.
func apply(t *testing.T, f Apply, arguments []any) (any, error) {
	t.Helper()
	var c bind.Call
	raws := make([]value.Raw, len(arguments))
	for i, a := range arguments {
		raw, _, err := value.Encode(a, nil)
		if err != nil {
			t.Fatal(err)
		}
		raws[i] = raw
	}
	c.Begin("f", raws, 0, nil)
	defer c.End()
	if err := f(&c, &Record{&recordState{host: noRecord{}}}); err != nil {
		return nil, err
	}
	v, err := value.ToAny(c.Result())
	if err != nil {
		t.Fatal(err)
	}
	return v, nil
}

func TestReflectionPassesContextAndRecord(t *testing.T) {
	m := newModule(declarations{registrations: []registration{{name: "f", fn: func(ctx context.Context, r *Record, n int) (bool, error) {
		return ctx != nil && r != nil && !r.Exists() && n == 1, nil
	}}}})
	if v, err := apply(t, m.functions["f"].apply, []any{int64(1)}); v != true || err != nil {
		t.Error(v, err)
	}
}

func TestContextHasTheDeadline(t *testing.T) {
	clock := func() uint64 { return 5e9 }
	var c bind.Call
	c.Begin("f", nil, uint64(5e9+30*time.Millisecond), clock)
	ctx := c.Context()
	deadline, ok := ctx.Deadline()
	if left := time.Until(deadline); !ok || left > 30*time.Millisecond || left < 0 {
		t.Error(left, ok)
	}
	<-ctx.Done()
	c.Begin("f", nil, 0, clock)
	ctx = c.Context()
	if _, limited := ctx.Deadline(); limited || ctx.Err() != nil {
		t.Error("a call without deadline has one")
	}
	c.End()
	if ctx.Err() == nil {
		t.Error("the context without a deadline lives on after the call")
	}
	c.Begin("f", nil, uint64(5e9+time.Hour), clock)
	ctx = c.Context()
	if ctx.Err() != nil {
		t.Error(ctx.Err())
	}
	c.End()
	if ctx.Err() == nil {
		t.Error("the context lives on after the call")
	}
	c.Begin("f", nil, math.MaxUint64, clock) // centuries
	if ctx = c.Context(); ctx.Err() != nil {
		t.Error(ctx.Err())
	}
	c.Begin("f", nil, 4e9, clock)
	if ctx = c.Context(); ctx.Err() != context.DeadlineExceeded {
		t.Error(ctx.Err())
	}
}

type angry struct{}

func (angry) Error() string { panic("again") }

type stringer struct{}

func (stringer) String() string { return "I am" }

func TestPanics(t *testing.T) {
	var nilMap map[string]int
	for _, c := range []struct {
		panics func()
		want   string
	}{
		{func() { panic("text") }, "text"},
		{func() { panic(errors.New("an error")) }, "an error"},
		{func() { panic(stringer{}) }, "I am"},
		{func() { panic(struct{ A, b int }{1, 2}) }, "{A:1 b:2}"},
		{func() { panic(5) }, "5"},
		{func() { panic([][][][]int{{{{1}}}}) }, "[[[[1]]]]"},
		{func() { panic([][][][][]int{{{{{1}}}}}) }, "[[[[([]int)]]]]"},
		{func() { panic(make([]bool, 17)) }, "[" + strings.Repeat("false ", 16) + "…]"},
		{func() { panic(make([]bool, 16)) }, "[" + strings.Repeat("false ", 15) + "false]"},
		{func() { panic(angry{}) }, "(udf.angry whose text panics)"},
		{func() { panic(nil) }, (*runtime.PanicNilError)(nil).Error()},
		{func() { panic("") }, "panic with an empty text"},
		{func() { panic("\xff") }, "\uFFFD"},
		{func() { nilMap["a"] = 1 }, "assignment to entry in nil map"},
		{func() { var r *recordState; _ = r.pending }, "runtime error: invalid memory address or nil pointer dereference"},
		{func() { defer func() { panic("second") }(); panic("first") }, "second"},
	} {
		var f frame
		status, text := f.run(&function{apply: func(*bind.Call, *Record) error { c.panics(); return nil }}, nil, nil)
		if status != host.Panicked || text != c.want {
			t.Errorf("%v %q; want %q", status, text, c.want)
		}
	}
}

// With -trimpath there are no folders: user code is what begins with a domain, or with the module of a registration.
func TestUserFrames(t *testing.T) {
	trimmed, built := origin{own: map[string]bool{"counters": true}}, origin{goroot: "/go/src/"}
	for _, c := range []struct {
		origin         origin
		function, file string
		user           bool
	}{
		{trimmed, "example.com/counters.Add", "example.com/counters/counters.go", true},
		{trimmed, "counters/limits.Add", "counters/limits/limits.go", true},
		{trimmed, "gopkg%2ein.Add", "gopkg.in/add.go", true},
		{trimmed, "strings.Repeat", "strings/strings.go", false},
		{trimmed, "encoding/json.Marshal", "encoding/json/encode.go", false},
		{trimmed, "example.com/counters.adapt", "example.com/counters/zz_bindings.go", false},
		{built, "counters.Add", "/home/ann/counters/counters.go", true},
		{built, "strings.Repeat", "/go/src/strings/strings.go", false},
		{built, "runtime.main", "/home/runtime/proc.go", false},
		{built, "reflect.Value.Call", "/home/reflect/value.go", false},
		{built, sdk + ".Get", "/home/udf/record.go", false},
		{built, sdk + "/bind.Any[...]", "/home/udf/bind/arguments.go", false},
		{built, "", "/home/ann/counters/counters.go", false},
	} {
		if got := c.origin.isUser(runtime.Frame{Function: c.function, File: c.file}); got != c.user {
			t.Errorf("%s in %s: %v", c.function, c.file, got)
		}
	}
}

func TestFailures(t *testing.T) {
	for _, c := range []struct {
		apply  Apply
		status host.Status
		text   string
	}{
		{func(c *bind.Call, r *Record) error { return nil }, host.OK, ""},
		{func(c *bind.Call, r *Record) error { return errors.New("a\xff") }, host.Failed, "a\uFFFD"},
		{func(c *bind.Call, r *Record) error { return errors.New("") }, host.Failed, "error with an empty text"},
		{func(c *bind.Call, r *Record) error { return c.Arguments(1, false) }, host.BadArguments, "f expects 1 argument, got 0"},
		{func(c *bind.Call, r *Record) error { return c.Arguments(2, true) }, host.BadArguments, "f expects at least 2 arguments, got 0"},
		{func(c *bind.Call, r *Record) error { return angry{} }, host.Panicked, "again"},
	} {
		var f frame
		f.call.Begin("f", nil, 0, nil)
		if status, text := f.run(&function{apply: c.apply}, nil, nil); status != c.status || text != c.text {
			t.Errorf("%v %q; want %v %q", status, text, c.status, c.text)
		}
	}
}

// A deferred error fails the call, if neither a Create or Update nor the UDF returned an error.
func TestDeferredErrorFailsTheCall(t *testing.T) {
	tooLong := `setting the bin "a name of 16 byt": a bin's name has at most 15 bytes, this one has 16`
	for _, c := range []struct {
		name   string
		apply  func(*Record) error
		status host.Status
		text   string
	}{
		{"a set", func(r *Record) error { r.Set("a name of 16 byt", 1); return nil }, host.Failed, tooLong},
		{"two", func(r *Record) error { r.Set("a name of 16 byt", 1); r.Unset(""); return nil }, host.Failed, tooLong},
		{"an update returned it", func(r *Record) error { r.Set("a name of 16 byt", 1); _ = r.Update(); return nil }, host.OK, ""},
		{"and an error of its own", func(r *Record) error { r.Set("a name of 16 byt", 1); return errors.New("no") }, host.Failed, "no"},
		{"of a record that goes", func(r *Record) error { r.Set("a name of 16 byt", 1); return r.Remove() }, host.OK, ""},
	} {
		f := newFrame()
		f.record.backend, f.record.host = nil, &oneInteger{}
		f.call.Begin("f", nil, 0, nil)
		r := f.newRecord()
		status, text := f.run(&function{apply: func(_ *bind.Call, r *Record) error { return c.apply(r) }}, r, nil)
		if status != c.status || text != c.text {
			t.Errorf("%s: %v %q", c.name, status, text)
		}
		f.end(r)
		if f.record.pending != nil {
			t.Errorf("%s: the next call gets it", c.name)
		}
	}
}

// A record that is retained fails after its call, also while a later call uses its frame.
func TestRecordEndsWithItsCall(t *testing.T) {
	f := new(frame)
	f.record.host = noRecord{}
	retained := f.newRecord()
	f.end(retained)
	f.record.host = noRecord{}
	next := f.newRecord()
	if retained == next {
		t.Fatal("one handle for two calls")
	}
	retained.Set("a", 1)
	err := retained.Update()
	if err == nil || !strings.Contains(err.Error(), "after its call") {
		t.Error(err)
	}
	if retained.Exists() || retained.Bin("a") != nil || next.state.pending != nil {
		t.Error("a retained record accessed that of another call")
	}
}

func TestCallWithoutRecord(t *testing.T) {
	for _, r := range []*Record{nil, {&recordState{host: noRecord{}}}} {
		r.Set("a", 1)
		for range r.Bins() {
			t.Error("a bin")
		}
		_, got := Get[int](r, "a")
		for _, err := range []error{r.Create(), r.Update(), r.Remove(), got} {
			if err == nil || !strings.Contains(err.Error(), "this call has no record") {
				t.Error(err)
			}
		}
		if r.Exists() || r.Bin("a") != nil || r.Key() != (Key{}) || r.Digest() != nil || r.Size() != 0 || !r.LastUpdate().IsZero() {
			t.Error("something of no record")
		}
	}
}

func TestScalarsAllocateNothing(t *testing.T) {
	f := new(frame)
	m := &oneInteger{}
	arguments := []value.Raw{value.OfInteger(5)}
	fn := &function{name: "f", apply: func(c *bind.Call, r *Record) error {
		if err := c.Arguments(1, false); err != nil {
			return err
		}
		n, err := bind.Integer[int64](c, 0)
		if err != nil {
			return err
		}
		a, _ := r.Int("a")
		r.Set("a", a+n)
		return bind.ReturnInteger(c, a)
	}}
	got := testing.AllocsPerRun(1000, func() {
		f.record.host = m
		r := f.newRecord()
		f.call.Begin("f", arguments, 0, nil)
		f.run(fn, r, nil)
		r.state = nil
		f.call.End()
	})
	if got > 0 {
		t.Errorf("%v allocations a call", got)
	}
}

// oneInteger is a host.Record with one bin that allocates nothing.
type oneInteger struct {
	noRecord
	n int64
}

func (o *oneInteger) Get(string) (value.Raw, error) { return value.OfInteger(o.n), nil }
func (o *oneInteger) Set(_ string, v value.Raw) error {
	o.n = v.Integer
	return nil
}
func (o *oneInteger) Update() error { return nil }
func (o *oneInteger) Remove() error { return nil }
