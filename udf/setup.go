package udf

// Setup: makes the module of registrations and bindings, and reports all errors in one text.

import (
	"reflect"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/GeertJohan/aerospike-mod-go/udf/internal/host"
)

// function is one UDF that can be called.
type function struct {
	name        string
	stream      bool
	apply       Apply       // nil for a stream UDF
	applyStream StreamApply // nil for a record UDF
	descriptor  string
}

// module is the set-up module.
type module struct {
	functions map[string]*function
	names     []string    // sorted
	symbols   []*function // by index in build.Symbols, nil for one that is not registered
	failure   string      // why setup failed, or ""
	build     BuildInfo
}

// nameMax is the longest function name, in bytes.
const nameMax = 127

var (
	ready atomic.Pointer[module]
	once  sync.Once
)

// loaded returns the module. The first call sets it up.
func loaded() *module {
	if m := ready.Load(); m != nil {
		return m
	}
	once.Do(func() {
		declared.Lock()
		d := declared.declarations
		declared.Unlock()
		m := newModule(d)
		if m.failure != "" {
			warn(m.failure)
		}
		ready.Store(m)
	})
	return ready.Load()
}

// warn writes to standard error, for there is no host to log to outside of a call. print doesn't need package os.
func warn(text string) { print("aerospike udf: " + text + "\n") }

// status returns the return code of setup.
func (m *module) status() host.Status {
	if m.failure != "" {
		return host.Failed
	}
	return host.OK
}

// newModule makes the module of all declarations.
func newModule(d declarations) *module {
	m := &module{functions: map[string]*function{}, build: d.build}
	if m.build.Dispatch == "" {
		m.build.Dispatch = "reflect"
		if len(d.bindings) > 0 {
			m.build.Dispatch = "registry"
		}
	}
	var problems []string
	bindings := map[string]Binding{}
	for _, b := range d.bindings {
		if _, twice := bindings[b.Name]; twice {
			problems = append(problems, strconv.Quote(b.Name)+": the generated code binds it twice; build the module again")
		}
		bindings[b.Name] = b
	}
	first := map[string]registration{}
	for _, r := range d.registrations {
		if earlier, twice := first[r.name]; twice {
			problems = append(problems, r.where()+": it is registered already"+earlier.from()+"; give one of the two another name")
			continue
		}
		first[r.name] = r
		f, wrong := r.function(bindings)
		for _, p := range wrong {
			problems = append(problems, r.where()+": "+p)
		}
		m.functions[r.name] = f
		m.names = append(m.names, r.name)
	}
	slices.Sort(m.names)
	for _, name := range d.build.Symbols {
		m.symbols = append(m.symbols, m.functions[name])
	}
	if len(problems) > 0 {
		m.failure = report(problems)
	}
	return m
}

// report returns the text for a setup that failed.
func report(problems []string) string {
	head := "setup failed, there is a problem with what the module registers:"
	if len(problems) > 1 {
		head = "setup failed, there are " + strconv.Itoa(len(problems)) + " problems with what the module registers:"
	}
	return head + "\n- " + strings.Join(problems, "\n- ")
}

// where identifies a registration in an error.
func (r registration) where() string { return strconv.Quote(r.name) + r.from() }

func (r registration) from() string {
	if r.location == "" {
		return ""
	}
	return " (" + r.location + ")"
}

// function returns the function of a registration, and its problems.
func (r registration) function(bindings map[string]Binding) (*function, []string) {
	var problems []string
	if !validName(r.name) {
		problems = append(problems, "the name is invalid; it consists of letters, digits and _, doesn't begin with a digit and has at most "+
			strconv.Itoa(nameMax)+" bytes, so that every client can call it")
	}
	v := reflect.ValueOf(r.fn)
	switch {
	case !v.IsValid():
		return nil, append(problems, "the function is nil; register the function itself")
	case v.Kind() != reflect.Func:
		return nil, append(problems, "a "+v.Type().String()+" is registered, which is not a function")
	case v.IsNil():
		return nil, append(problems, "the function is nil when it is registered; register it after it is set")
	}
	s, wrong := parseSignature(v.Type())
	f := &function{name: r.name, stream: s.stream}
	b, bound := bindings[r.name]
	if bound {
		f.descriptor = b.Descriptor
	}
	if f.descriptor == "" {
		f.descriptor = describe(r.name, r.location, v, s)
	}
	if len(wrong) > 0 {
		return f, append(problems, wrong...)
	}
	if s.stream {
		if bound && b.AdaptStream != nil {
			f.applyStream = b.AdaptStream(r.fn)
		}
		if f.applyStream == nil {
			f.applyStream = reflectedStream(v, s)
		}
		return f, problems
	}
	if bound && b.Adapt != nil {
		f.apply = b.Adapt(r.fn)
	}
	if f.apply == nil {
		f.apply = reflected(v, s)
	}
	return f, problems
}

func validName(name string) bool {
	for i := range len(name) {
		c := name[i]
		letter := c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return name != "" && len(name) <= nameMax
}

// property returns a property of the module, "" if there is none of that name.
func property(name string) string {
	switch name {
	case "conn-name":
		return "github.com/GeertJohan/aerospike-mod-go/udf"
	case "conn-version":
		return Version
	case "go-version":
		return runtime.Version()
	case "suports-dlclose", "supports-dlclose":
		return "false" // golang/go#11100
	case "functions":
		return loaded().manifest()
	case "dispatch":
		return loaded().build.Dispatch
	case "build":
		return loaded().build.Build
	case "setup-error":
		return loaded().failure
	case "allocations":
		var stats runtime.MemStats
		runtime.ReadMemStats(&stats)
		return strconv.FormatUint(stats.Mallocs, 10)
	}
	return ""
}
