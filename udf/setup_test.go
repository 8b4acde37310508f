package udf

import (
	"context"
	"encoding/json"
	"reflect"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"
	"unsafe"

	"github.com/GeertJohan/aerospike-mod-go/udf/bind"
	"github.com/GeertJohan/aerospike-mod-go/udf/internal/host"
)

type (
	otherRecord   Record
	recordPointer *Record
	aliasRecord   = Record
	myError       error
	holdsRecord   struct{ R Record }
)

func generic[T any](v T) T { return v }

func TestSignatures(t *testing.T) {
	for _, c := range []struct {
		fn   any
		want string // part of the problem, "" for none
	}{
		{func() {}, ""},
		{func() error { return nil }, ""},
		{func() (int, error) { return 0, nil }, ""},
		{func(context.Context) {}, ""},
		{func(context.Context, *Record, int, ...string) ([]string, error) { return nil, nil }, ""},
		{func(*aliasRecord) {}, ""},
		{func(r *Record, v Value) Value { return v }, ""},
		{func(int8, map[string]*float32, struct{ X int }) {}, ""},
		{func(...byte) {}, ""},
		{func(...any) {}, ""},
		{(*Record).Exists, ""},
		{generic[int], ""},
		{func(*Stream) *Stream { return nil }, ""},
		{func(context.Context, *Stream, int) (*Stream, error) { return nil, nil }, ""},

		{func(chan int) {}, "parameter 1: chan int has no Aerospike value"},
		{func(*Record, error) {}, "parameter 2: error is an interface with methods"},
		{func(...chan int) {}, "parameter 1: chan int"},
		{func() func() { return nil }, "result: func() has no Aerospike value"},
		{func() (int, int) { return 0, 0 }, "second result is int"},
		{func() (int, myError) { return 0, nil }, "second result is udf.myError"},
		{func() (error, error) { return nil, nil }, "first of its two results is an error"},
		{func() (int, int, error) { return 0, 0, nil }, "it has 3 results"},
		{func(Record) {}, "parameter 1 is a udf.Record by value; take a *udf.Record"},
		{func(Stream) *Stream { return nil }, "parameter 1 is a udf.Stream by value"},
		{func(int, *Record) {}, "the *udf.Record is out of place"},
		{func(*Record, context.Context) {}, "the context is out of place"},
		{func(context.Context, context.Context) {}, "the context is out of place"},
		{func(*Record, *Record) {}, "the *udf.Record is out of place"},
		{func(*Record, *Stream) *Stream { return nil }, "takes a record and a stream"},
		{func(*Stream) {}, "first result of a stream UDF must be a *udf.Stream"},
		{func(*Stream) error { return nil }, "first result of a stream UDF must be a *udf.Stream"},
		{func(*Stream) (*Stream, int) { return nil, 0 }, "second result is int"},
		{func() *Record { return nil }, "result: udf.Record has no exported field"},
		{func() *Stream { return nil }, "result: udf.Stream has no exported field"},
		{func(...*Record) {}, "parameter 1: udf.Record has no exported field"},
		{func([]*Record) {}, "parameter 1: udf.Record has no exported field"},
		{func(**Record) {}, "parameter 1: udf.Record has no exported field"},
		{func(*otherRecord) {}, "parameter 1: udf.otherRecord has no exported field"},
		{func(recordPointer) {}, "parameter 1: udf.Record has no exported field"},
		{func(holdsRecord) {}, `parameter 1: field "R" of udf.holdsRecord`},
		{func([]context.Context) {}, "interface with methods"},
		{func(unsafe.Pointer) {}, "unsafe.Pointer has no Aerospike value"},
		{func(time.Time) {}, "UnixMilli"},
		{func(map[GeoJSON]int) {}, "not udf.GeoJSON"},
	} {
		_, problems := parseSignature(reflect.TypeOf(c.fn))
		got := strings.Join(problems, " | ")
		if c.want == "" && got != "" || !strings.Contains(got, c.want) {
			t.Errorf("%T: %q; want %q", c.fn, got, c.want)
		}
	}
}

func TestAllProblemsOfASignature(t *testing.T) {
	_, problems := parseSignature(reflect.TypeOf(func(chan int, *Record, complex64) (func(), int) { return nil, 0 }))
	if len(problems) != 5 {
		t.Errorf("%q", problems)
	}
}

func TestSetupReportsAllProblems(t *testing.T) {
	var none func()
	m := newModule(declarations{registrations: []registration{
		{"fine", func() {}, "a.go:1"},
		{"twice", func() {}, "a.go:2"},
		{"twice", func() {}, "b.go:3"},
		{"1st", func() {}, "a.go:4"},
		{"", func() {}, "a.go:5"},
		{strings.Repeat("n", 128), func() {}, "a.go:6"},
		{"unset", none, "a.go:7"},
		{"null", nil, "a.go:8"},
		{"number", 5, "a.go:9"},
		{"channel", func(chan int) {}, "a.go:10"},
	}})
	for _, want := range []string{
		"there are 8 problems",
		`"twice" (b.go:3): it is registered already (a.go:2); give one of the two another name`,
		`"1st" (a.go:4): the name is invalid`,
		`"" (a.go:5): the name is invalid`,
		`(a.go:6): the name is invalid`,
		`"unset" (a.go:7): the function is nil when it is registered`,
		`"null" (a.go:8): the function is nil`,
		`"number" (a.go:9): a int is registered, which is not a function`,
		`"channel" (a.go:10): parameter 1: chan int has no Aerospike value`,
	} {
		if !strings.Contains(m.failure, want) {
			t.Errorf("%q is not in\n%s", want, m.failure)
		}
	}
	if strings.Contains(m.failure, `"fine"`) {
		t.Error(m.failure)
	}
	if got := newModule(declarations{}).failure; got != "" {
		t.Errorf("an empty module fails: %s", got)
	}
	if got := newModule(declarations{registrations: []registration{{"n", 5, ""}}}).failure; strings.Contains(got, "problems") {
		t.Error(got)
	}
}

func (c celsius) warmer(by float32) celsius { return c + celsius(by) }

func double(n int64) (int64, error) { return 2 * n, nil }

func TestNames(t *testing.T) {
	for name, valid := range map[string]bool{
		"a": true, "_": true, "Az9_": true, strings.Repeat("n", 127): true, "a/b": false, "a:b": false, "a-b": false, "a b": false,
		"é": false, "9a": false, "a[": false, "a`": false, "a{": false, "a@": false,
	} {
		if validName(name) != valid {
			t.Errorf("%q", name)
		}
	}
}

func TestSymbols(t *testing.T) {
	m := newModule(declarations{
		registrations: []registration{{name: "double", fn: double}},
		build:         BuildInfo{Symbols: []string{"gone", "double"}},
	})
	if m.symbol(1) != m.functions["double"] {
		t.Error(m.symbol(1))
	}
	for index, want := range map[int]host.Status{-1: host.Internal, 0: host.NotFound, 1: host.OK, 2: host.Internal} {
		if _, status, text := m.findSymbol(index); status != want || index != 1 && m.symbol(index) != nil {
			t.Errorf("%d: %v %s", index, status, text)
		}
	}
	if _, status, text := newModule(declarations{registrations: []registration{{name: "n", fn: 5}}}).findSymbol(7); status != host.Internal || !strings.Contains(text, "setup failed") {
		t.Error(status, text)
	}
}

func TestJSONString(t *testing.T) {
	var all strings.Builder
	for c := range rune(0x180) {
		all.WriteRune(c)
	}
	var decoded string
	if err := json.Unmarshal([]byte(jsonString(all.String())), &decoded); err != nil || decoded != all.String() {
		t.Errorf("%q, %v", decoded, err)
	}
}

func TestBindingsJoinInAnyOrder(t *testing.T) {
	adapted := 0
	b := Binding{Name: "double", Descriptor: `{"name":"double"}`, Adapt: func(function any) Apply {
		if _, ok := function.(func(int64) (int64, error)); !ok {
			return nil
		}
		return func(c *bind.Call, r *Record) error { adapted++; return nil }
	}}
	call := func(d declarations) (*function, error) {
		t.Helper()
		m := newModule(d)
		if m.failure != "" {
			t.Fatal(m.failure)
		}
		var c bind.Call
		f := m.functions["double"]
		c.Begin("double", nil, 0, nil)
		return f, f.apply(&c, nil)
	}
	f, err := call(declarations{registrations: []registration{{name: "double", fn: double}}, bindings: []Binding{b}})
	if err != nil || adapted != 1 || f.descriptor != b.Descriptor {
		t.Error("the binding was not used:", err, f.descriptor)
	}
	// A function of another type than the generator saw is called by reflection.
	_, err = call(declarations{registrations: []registration{{name: "double", fn: func(string) {}}}, bindings: []Binding{b}})
	if adapted != 1 || err == nil || err.Error() != "double expects 1 argument, got 0" {
		t.Error(err)
	}
	// A binding of a function that isn't registered is ignored.
	if m := newModule(declarations{bindings: []Binding{b}}); m.failure != "" || len(m.functions) != 0 || m.build.Dispatch != "registry" {
		t.Errorf("%+v", m)
	}
	if m := newModule(declarations{bindings: []Binding{b, b}}); !strings.Contains(m.failure, "binds it twice") {
		t.Error(m.failure)
	}
}

func TestManifestIsJSON(t *testing.T) {
	m := newModule(declarations{registrations: []registration{
		{name: "b", fn: func(r *Record, s string, rest ...any) (map[string]any, error) { return nil, nil }},
		{name: "a", fn: func(*Stream) *Stream { return nil }},
		{"method", celsius(1).warmer, "here.go:7"},
		{name: "odd", fn: func(struct {
			X int `udf:"\"\\\u0001é"`
		}) {
		}},
	}})
	var list []struct {
		Name, Kind, Location string
		Params               []struct{ Name, Type string }
		Results, Bins        []string
	}
	if err := json.Unmarshal([]byte(m.manifest()), &list); err != nil {
		t.Fatalf("%v in %s", err, m.manifest())
	}
	if len(list) == 4 && (list[2].Name != "method" || list[2].Location != "here.go:7") {
		t.Errorf("%+v", list[2])
	}
	if len(list) != 4 || list[0].Name != "a" || list[0].Kind != "stream" || list[1].Kind != "record" {
		t.Fatalf("%+v", list)
	}
	b := list[1]
	if len(b.Params) != 2 || b.Params[0].Type != "string" || b.Params[1].Type != "...any" ||
		!reflect.DeepEqual(b.Results, []string{"map[string]any", "error"}) || !strings.HasPrefix(b.Location, "setup_test.go:") {
		t.Errorf("%+v", b)
	}
}

func TestProperties(t *testing.T) {
	for name, want := range map[string]string{
		"conn-name": "github.com/GeertJohan/aerospike-mod-go/udf", "conn-version": "v1.0.0", "suports-dlclose": "false",
		"supports-dlclose": "false", "setup-error": "", "functions": "[]", "dispatch": "reflect", "nonsense": "",
	} {
		if got := property(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if !strings.HasPrefix(property("go-version"), "go") {
		t.Error(property("go-version"))
	}
}

// TestAllocations checks that the property counts the objects that are allocated: modgo bench depends on it.
func TestAllocations(t *testing.T) {
	count := func() int {
		n, err := strconv.Atoi(property("allocations"))
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	before := count()
	objects := make([]*[64]byte, 0, 1000)
	for range 1000 {
		objects = append(objects, new([64]byte))
	}
	if more := count() - before; more < 1000 || more > 1500 {
		t.Errorf("%d allocations of %d objects are counted", more, len(objects))
	}
	runtime.KeepAlive(objects)
}

func TestNotFound(t *testing.T) {
	m := &module{names: []string{"addToCart", "remove"}}
	for name, want := range map[string]string{
		"addtocart": "did you mean addToCart?", "remov": "did you mean remove?", "zzz": "registered are addToCart, remove",
		"": "no function  is registered; registered are addToCart, remove", strings.Repeat("x", 1000): "registered are",
	} {
		if got := m.notFound(name); !strings.Contains(got, want) {
			t.Errorf("%s: %s", name, got)
		}
	}
}
