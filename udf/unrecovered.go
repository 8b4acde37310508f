package udf

// Calls under a debugger, which stops at a panic only if nothing recovers from it.

import (
	"github.com/GeertJohan/aerospike-mod-go/udf/internal/host"
	"github.com/GeertJohan/aerospike-mod-go/udf/internal/value"
)

func init() {
	host.SetupError = func() string { return loaded().failure }
	host.Apply = applyUnrecovered
	host.ApplyStream = applyStreamUnrecovered
}

func applyUnrecovered(name string, h host.Record, arguments []value.Raw) (value.Raw, host.Status, string) {
	fn, status, text := loaded().find(name)
	if status == host.OK && fn.stream {
		status, text = host.Refused, name+" is a stream UDF; apply it to a stream"
	}
	if status != host.OK {
		return value.Raw{}, status, text
	}
	f := newFrame()
	f.record.backend, f.record.host = nil, h
	r := f.newRecord()
	f.call.Begin(name, arguments, 0, nil)
	err := fn.apply(&f.call, r)
	if err == nil {
		err = f.record.pending
	}
	result := f.call.Result() // no other call uses this frame, so it stays valid
	r.state = nil
	f.call.End()
	if err != nil {
		status, text = failure(err)
		return value.Raw{}, status, text
	}
	return result, host.OK, ""
}

func applyStreamUnrecovered(name string, in host.Input, out host.Output, scope host.Scope, arguments []value.Raw) (status host.Status, text string) {
	fn, status, text := loaded().find(name)
	if status == host.OK && !fn.stream {
		status, text = host.Refused, name+" is a record UDF; apply it to a record"
	}
	if status != host.OK {
		return status, text
	}
	f := newFrame()
	f.call.Begin(name, arguments, 0, nil)
	s := &streamCall{frame: f, input: in, output: out, scope: scope}
	defer func() {
		s.end()
		f.call.End()
		if p := recover(); p != nil {
			ended, ours := p.(*streamFailure)
			if !ours {
				panic(p)
			}
			status, text = failure(ended)
		}
	}()
	if err := s.apply(fn.applyStream); err != nil {
		return failure(err)
	}
	return host.OK, ""
}
