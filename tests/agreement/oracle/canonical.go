package main

import (
	"fmt"
	"go/types"
	"sort"
	"strings"
)

// canonical returns a text that is equal for identical types only: aliases are resolved, packages are written as
// import paths, interfaces as method sets. `$` begins a type parameter.
func canonical(t types.Type) string {
	switch t := types.Unalias(t).(type) {
	case nil:
		return "?"
	case *types.Basic:
		switch t.Kind() {
		case types.Uint8:
			return "uint8"
		case types.Int32:
			return "int32"
		case types.Invalid:
			return "?"
		}
		return t.String()
	case *types.Named:
		name := t.Obj().Name()
		if t.Obj().Pkg() != nil {
			name = t.Obj().Pkg().Path() + "." + name
		}
		if name == "comparable" {
			return "constraint"
		}
		if t.TypeArgs().Len() == 0 {
			return name
		}
		var arguments []string
		for i := range t.TypeArgs().Len() {
			arguments = append(arguments, canonical(t.TypeArgs().At(i)))
		}
		return name + "[" + strings.Join(arguments, ",") + "]"
	case *types.TypeParam:
		return "$" + t.Obj().Name()
	case *types.Pointer:
		return "*" + canonical(t.Elem())
	case *types.Slice:
		return "[]" + canonical(t.Elem())
	case *types.Array:
		return fmt.Sprintf("[%d]%s", t.Len(), canonical(t.Elem()))
	case *types.Map:
		return "map[" + canonical(t.Key()) + "]" + canonical(t.Elem())
	case *types.Chan:
		return map[types.ChanDir]string{types.SendRecv: "chan", types.SendOnly: "send", types.RecvOnly: "receive"}[t.Dir()] +
			"(" + canonical(t.Elem()) + ")"
	case *types.Tuple:
		return "(" + tuple(t, false) + ")"
	case *types.Signature:
		return "func(" + tuple(t.Params(), t.Variadic()) + ")(" + tuple(t.Results(), false) + ")"
	case *types.Struct:
		var fields []string
		for i := range t.NumFields() {
			field := t.Field(i)
			embedded := ""
			if field.Embedded() {
				embedded = "embedded "
			}
			fields = append(fields, fmt.Sprintf("%s%s %s %q", embedded, field.Name(), canonical(field.Type()), t.Tag(i)))
		}
		return "struct{" + strings.Join(fields, "; ") + "}"
	case *types.Interface:
		if !t.IsMethodSet() {
			return "constraint"
		}
		var methods []string
		for i := range t.NumMethods() {
			methods = append(methods, t.Method(i).Name()+" "+canonical(t.Method(i).Type()))
		}
		sort.Strings(methods)
		return "interface{" + strings.Join(methods, "; ") + "}"
	}
	return "?"
}

func tuple(t *types.Tuple, variadic bool) string {
	var parts []string
	for i := range t.Len() {
		part := canonical(t.At(i).Type())
		if variadic && i == t.Len()-1 {
			part = "..." + part
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, ",")
}
