package main

import (
	"fmt"
	"go/types"
)

// problem is a code and what it is said of: a parameter, a result or all of them, with its type.
type problem struct{ code, slot string }

// signatureProblems is everything wrong in a UDF's signature.
func signatureProblems(signature *types.Signature) []problem {
	var found []problem
	slot := ""
	say := func(code string) { found = append(found, problem{code, slot}) }
	var record, stream, value, context, arguments bool
	params := signature.Params()
	for i := range params.Len() {
		t := params.At(i).Type()
		slot = fmt.Sprint("parameter ", i, t)
		if signature.Variadic() && i == params.Len()-1 {
			if !supported(t.(*types.Slice).Elem(), nil) {
				say("MG201")
			}
			continue
		}
		isRecord := isSDK(t, "Record") || pointsTo(t, "Record")
		isStream := isSDK(t, "Stream") || pointsTo(t, "Stream")
		value = isSDK(t, "Record") || isSDK(t, "Stream")
		switch {
		case isContext(t):
			if context || i > 0 {
				say("MG204")
			}
			context = true
		case isRecord || isStream:
			if value {
				say("MG206")
			}
			if record || stream || arguments {
				say("MG204")
			}
			record, stream = record || isRecord, stream || isStream
		default:
			arguments = true
			if !supported(t, nil) {
				say("MG201")
			}
		}
	}
	if record && stream {
		return found
	}
	results := signature.Results()
	slot = "results"
	if results.Len() > 2 {
		say("MG203")
		return found
	}
	if results.Len() == 2 && !isError(results.At(1).Type()) {
		slot = fmt.Sprint("result 1", results.At(1).Type())
		say("MG203")
	}
	if results.Len() > 0 {
		slot = fmt.Sprint("result 0", results.At(0).Type())
	}
	switch {
	case stream:
		if results.Len() == 0 || !pointsTo(results.At(0).Type(), "Stream") {
			say("MG207")
		}
	case results.Len() == 1:
		if t := results.At(0).Type(); !isError(t) && !supportedResult(t) {
			say("MG202")
		}
	case results.Len() == 2:
		if t := results.At(0).Type(); isError(t) {
			say("MG203")
		} else if !supportedResult(t) {
			say("MG202")
		}
	}
	return found
}

func supportedResult(t types.Type) bool { return supported(t, nil) }

// hasTypeParameter tells whether a type parameter stands anywhere in t.
func hasTypeParameter(t types.Type, depth int) bool {
	if depth > 30 {
		return false
	}
	again := func(t types.Type) bool { return hasTypeParameter(t, depth+1) }
	switch t := types.Unalias(t).(type) {
	case *types.TypeParam:
		return true
	case *types.Named:
		for i := range t.TypeArgs().Len() {
			if again(t.TypeArgs().At(i)) {
				return true
			}
		}
	case *types.Pointer:
		return again(t.Elem())
	case *types.Slice:
		return again(t.Elem())
	case *types.Array:
		return again(t.Elem())
	case *types.Chan:
		return again(t.Elem())
	case *types.Map:
		return again(t.Key()) || again(t.Elem())
	case *types.Tuple:
		for i := range t.Len() {
			if again(t.At(i).Type()) {
				return true
			}
		}
	case *types.Signature:
		return again(t.Params()) || again(t.Results())
	case *types.Struct:
		for i := range t.NumFields() {
			if again(t.Field(i).Type()) {
				return true
			}
		}
	}
	return false
}
