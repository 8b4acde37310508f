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
// What is wrong with it is told when the module is set up, all at once. A name that stands there as a constant and a
// function whose type is known get generated code; others are called through reflection, which is slower.
func Register(name string, fn any) Registration {
	pc, file, line, ok := runtime.Caller(1)
	r := registration{name: name, fn: fn}
	if ok {
		r.location = path.Base(file) + ":" + strconv.Itoa(line)
	}
	declared.Lock()
	declared.registrations = append(declared.registrations, r)
	declared.callers = append(declared.callers, pc)
	declared.Unlock()
	if ready.Load() != nil {
		warn(r.where() + " is registered after the module was set up, so nobody can call it; register it in an init function")
	}
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

	// Symbols are the names of the UDFs that have an exported C symbol of their own, with "exported". A symbol
	// says in C which place of this list it is. modgo links the C functions as an object of their own; by hand, the
	// package main can hold both:
	//
	//	/*
	//	#include <stddef.h>
	//	struct aerospike_udf_go_call;
	//	struct aerospike_udf_go_record;
	//	struct aerospike_udf_go_stream;
	//	struct aerospike_udf_go_value;
	//	struct aerospike_udf_go_result;
	//
	//	// The SDK's; weak, because cgo links this package once without it.
	//	__attribute__((weak)) int modgo_apply_single_at(int index, struct aerospike_udf_go_call *call,
	//		struct aerospike_udf_go_record *record, struct aerospike_udf_go_value *arguments, size_t count,
	//		struct aerospike_udf_go_result *result);
	//	__attribute__((weak)) int modgo_apply_stream_at(int index, struct aerospike_udf_go_call *call, int scope,
	//		struct aerospike_udf_go_stream *input, struct aerospike_udf_go_stream *output,
	//		struct aerospike_udf_go_value *arguments, size_t count, struct aerospike_udf_go_result *result);
	//
	//	// One a record UDF; a stream UDF's has the parameters of modgo_apply_stream_at.
	//	__attribute__((visibility("default")))
	//	int modgo_udf_add(struct aerospike_udf_go_call *call, struct aerospike_udf_go_record *record,
	//		struct aerospike_udf_go_value *arguments, size_t count, struct aerospike_udf_go_result *result)
	//	{
	//		return modgo_apply_single_at(0, call, record, arguments, count, result);
	//	}
	//	*/
	//	import "C"
	//
	//	func init() { udf.Build(udf.BuildInfo{Dispatch: "exported", Symbols: []string{"add"}}) }
	//
	// No //export may stand in that file. The function's descriptor names the symbol: "symbol":"modgo_udf_add".
	// The wrappers are those of "registry". A UDF without a symbol is called by its name, as ever.
	Symbols []string
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
	callers []uintptr // of Register
}
