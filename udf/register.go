package udf

// Registrations, bindings and build information, as init functions pass them in, in any order. newModule checks them
// once all are there.

import (
	"path"
	"runtime"
	"strconv"
	"sync"

	"github.com/GeertJohan/aerospike-mod-go/udf/bind"
)

// Registration is the result of [Register], so that a call can initialise a package variable.
type Registration struct{ name string }

// Name returns the name under which clients call the function.
func (r Registration) Name() string { return r.name }

// Register registers fn as a UDF that clients call by name. A name consists of letters, digits and _, begins with no
// digit and has at most 127 bytes. Call Register in an init function or to initialise a package variable:
//
//	func init() { udf.Register("add", Add) }
//
//	var _ = udf.Register("add", Add)
//
// Errors are reported all at once when the module is set up. modgo generates code for a call whose name is constant and
// whose function has a statically known type; other functions are called by reflection, which is slower.
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

// Apply calls one record UDF: it converts the arguments of c, calls the function and sets the result of c.
type Apply func(c *bind.Call, r *Record) error

// Binding is the generated code for one registered function. Only generated code calls [Bind].
type Binding struct {
	Name       string                   // as registered
	Descriptor string                   // the function's object in the property `functions`, as JSON
	Adapt      func(function any) Apply // if it is nil or returns nil, the function is called by reflection

	// AdaptStream is Adapt for a stream UDF.
	AdaptStream func(function any) StreamApply
}

// Bind adds the generated code for one registered function.
func Bind(b Binding) {
	declared.Lock()
	declared.bindings = append(declared.bindings, b)
	declared.Unlock()
}

// BuildInfo describes how the module was built. Only generated code calls [Build].
type BuildInfo struct {
	Dispatch string // the property `dispatch`: "registry", "exported" or "reflect"
	Build    string // the property `build`: a JSON object

	// Symbols are the names of the UDFs that have an exported C function of their own, with "exported". The C
	// function passes the index of its UDF in this list. modgo links the C functions as a separate object; by hand,
	// package main can contain both:
	//
	//	/*
	//	#include <stddef.h>
	//	struct aerospike_udf_go_call;
	//	struct aerospike_udf_go_record;
	//	struct aerospike_udf_go_stream;
	//	struct aerospike_udf_go_value;
	//	struct aerospike_udf_go_result;
	//
	//	// Of the SDK; weak, because cgo links this package once without the SDK.
	//	__attribute__((weak)) int modgo_apply_single_at(int index, struct aerospike_udf_go_call *call,
	//		struct aerospike_udf_go_record *record, struct aerospike_udf_go_value *arguments, size_t count,
	//		struct aerospike_udf_go_result *result);
	//	__attribute__((weak)) int modgo_apply_stream_at(int index, struct aerospike_udf_go_call *call, int scope,
	//		struct aerospike_udf_go_stream *input, struct aerospike_udf_go_stream *output,
	//		struct aerospike_udf_go_value *arguments, size_t count, struct aerospike_udf_go_result *result);
	//
	//	// One for each record UDF. That of a stream UDF has the parameters of modgo_apply_stream_at.
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
	// That file must not contain //export. The function's descriptor names the C function: "symbol":"modgo_udf_add".
	// The wrappers are those of "registry". A UDF without a C function is called by name.
	Symbols []string
}

// Build sets the build information.
func Build(info BuildInfo) {
	declared.Lock()
	declared.build = info
	declared.Unlock()
}

// registration is one call of Register.
type registration struct {
	name     string
	fn       any
	location string // "file.go:12", "" if not known
}

// declarations are all calls of Register, Bind and Build so far.
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
