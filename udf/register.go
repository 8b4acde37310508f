package udf

// What users and generated code hand in at start: registrations, bindings, facts of the build. Nothing is
// judged here, for init functions run in any order; setup joins it all.

import (
	"path"
	"runtime"
	"strconv"
	"sync"

	"github.com/GeertJohan/aerospike-mod-go/udf/bind"
)

// Registration is what [Register] gives, so that it can initialise a package variable.
type Registration struct{ name string }

// Name gives the name under which clients call the function.
func (r Registration) Name() string { return r.name }

// Register makes fn callable by clients under name: letters, digits and _, no digit first, at most 127 bytes.
// Call it in an init function or to initialise a package variable:
//
//	func init() { udf.Register("add", Add) }
//
//	var _ = udf.Register("add", Add)
//
// What is wrong with it is told when the module is set up, all at once.
func Register(name string, fn any) Registration {
	_, file, line, ok := runtime.Caller(1)
	r := registration{name: name, fn: fn}
	if ok {
		r.location = path.Base(file) + ":" + strconv.Itoa(line)
	}
	declared.Lock()
	declared.registrations = append(declared.registrations, r)
	declared.Unlock()
	return Registration{name}
}

// Apply calls one UDF: it converts the arguments of c, calls the function and sets the result of c.
type Apply func(c *bind.Call, r *Record) error

// Binding is generated code for one registered function. Generated code calls [Bind]; people don't.
type Binding struct {
	Name       string                   // as registered
	Descriptor string                   // the function's object in the property `functions`, as JSON
	Adapt      func(function any) Apply // nil, or nil for a function of another type: reflection calls it then

	// AdaptStream is Adapt for a stream UDF. It may be missing, as in code generated before there was one.
	AdaptStream func(function any) StreamApply
}

// Bind hands in the generated code for one registered function.
func Bind(b Binding) {
	declared.Lock()
	declared.bindings = append(declared.bindings, b)
	declared.Unlock()
}

// BuildInfo is what the build knows about the module. Generated code calls [Build]; people don't.
type BuildInfo struct {
	Dispatch string // the property `dispatch`: "registry", "exported" or "reflect"
	Build    string // the property `build`: a JSON object
}

// Build hands in the facts of the build.
func Build(info BuildInfo) {
	declared.Lock()
	declared.build = info
	declared.Unlock()
}

// registration is one call of Register.
type registration struct {
	name     string
	fn       any
	location string // "file.go:12", "" where not known
}

// declarations is everything handed in so far.
type declarations struct {
	registrations []registration
	bindings      []Binding
	build         BuildInfo
}

var declared struct {
	sync.Mutex
	declarations
}
