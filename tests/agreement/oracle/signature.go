package main

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
)

// part is the part of a signature that a problem is about, which determines its place.
type part int

const (
	parameterType part = iota
	wholeParameter
	resultType
	allResults
	functionName
)

// problem is a code and its part; text distinguishes problems of several types at one place.
type problem struct {
	code  string
	part  part
	index int
	text  string
}

// signatureProblems returns every problem of a UDF's signature.
func signatureProblems(signature *types.Signature) []problem {
	var found []problem
	say := func(code string, part part, index int, t types.Type) {
		found = append(found, problem{code, part, index, fmt.Sprint(t)})
	}
	// crosses reports what may surprise a caller in a supported type.
	crosses := func(part part, index int, t types.Type) {
		for _, clash := range clashes(t) {
			found = append(found, problem{"MG208", part, index, fmt.Sprint(t) + ": " + clash})
		}
		if isDuration(t) {
			say("MG315", part, index, t)
		}
	}
	var record, stream, context, arguments bool
	params := signature.Params()
	for i := range params.Len() {
		t := params.At(i).Type()
		if signature.Variadic() && i == params.Len()-1 {
			if element := t.(*types.Slice).Elem(); !supported(element, nil) {
				say("MG201", parameterType, i, t)
			} else {
				crosses(parameterType, i, element)
			}
			continue
		}
		isRecord := isSDK(t, "Record") || pointsTo(t, "Record")
		isStream := isSDK(t, "Stream") || pointsTo(t, "Stream")
		switch {
		case isContext(t):
			if context || i > 0 {
				say("MG204", wholeParameter, i, t)
			}
			context = true
		case isRecord || isStream:
			if isSDK(t, "Record") || isSDK(t, "Stream") {
				say("MG206", wholeParameter, i, t)
			}
			if record || stream || arguments {
				say("MG204", wholeParameter, i, t)
			}
			record, stream = record || isRecord, stream || isStream
		default:
			arguments = true
			if !supported(t, nil) {
				say("MG201", parameterType, i, t)
			} else {
				crosses(parameterType, i, t)
			}
		}
	}
	if record && stream {
		return found
	}
	results := signature.Results()
	if results.Len() > 2 {
		say("MG203", allResults, 0, nil)
		return found
	}
	if results.Len() == 2 && !isError(results.At(1).Type()) && !isInvalid(results.At(1).Type()) {
		say("MG203", resultType, 1, results.At(1).Type())
	}
	if results.Len() == 0 {
		if stream {
			say("MG207", functionName, 0, nil)
		}
		return found
	}
	first := results.At(0).Type()
	switch {
	case stream:
		if !pointsTo(first, "Stream") && !isInvalid(first) {
			say("MG207", resultType, 0, first)
		}
	case isError(first):
		if results.Len() == 2 {
			say("MG203", resultType, 0, first)
		}
	case !supported(first, nil):
		say("MG202", resultType, 0, first)
	default:
		crosses(resultType, 0, first)
	}
	return found
}

// stands finds the place of a problem in the source of a function: by its name, its type, and its receiver if a method
// is used with the receiver as first parameter.
func (p problem) stands(name span, source *ast.FuncType, receiver *ast.FieldList) span {
	fields := source.Params.List
	if receiver != nil {
		fields = append(receiver.List[:len(receiver.List):len(receiver.List)], fields...)
	}
	switch p.part {
	case functionName:
		return name
	case allResults:
		return of(source.Results)
	case resultType:
		fields = source.Results.List
	}
	index := 0
	for _, field := range fields {
		for i := range max(1, len(field.Names)) {
			if index != p.index {
				index++
				continue
			}
			switch {
			case p.part == wholeParameter && len(field.Names) > 1:
				return of(field.Names[i])
			case p.part == wholeParameter:
				return of(field)
			}
			if dots, ok := field.Type.(*ast.Ellipsis); ok {
				return of(dots.Elt)
			}
			return of(field.Type)
		}
	}
	panic("no such part")
}

type span struct{ pos, end token.Pos }

func of(node ast.Node) span { return span{node.Pos(), node.End()} }

// hasTypeParameter reports whether t contains a type parameter.
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
