package main

import (
	"go/types"
	"reflect"
	"strings"
	"unicode"
)

// isSDK reports whether t is the SDK's type of that name, or an alias of it.
func isSDK(t types.Type, name string) bool {
	named, ok := types.Unalias(t).(*types.Named)
	return ok && named.Obj().Pkg() != nil && named.Obj().Pkg().Path() == sdkPath && named.Obj().Name() == name
}

func pointsTo(t types.Type, name string) bool {
	pointer, ok := types.Unalias(t).(*types.Pointer)
	return ok && isSDK(pointer.Elem(), name)
}

func isContext(t types.Type) bool {
	named, ok := types.Unalias(t).(*types.Named)
	return ok && named.Obj().Pkg() != nil && named.Obj().Pkg().Path() == "context" && named.Obj().Name() == "Context"
}

func isInvalid(t types.Type) bool { return types.Unalias(t) == types.Typ[types.Invalid] }

func isError(t types.Type) bool {
	return types.Identical(types.Unalias(t), types.Universe.Lookup("error").Type())
}

func isEmptyInterface(t types.Type) bool {
	face, ok := t.Underlying().(*types.Interface)
	return ok && face.Empty()
}

// supported reports whether an Aerospike value can have type t. around are the named types that contain t.
func supported(t types.Type, around []types.Type) bool {
	t = types.Unalias(t)
	if isSDK(t, "GeoJSON") || isSDK(t, "ListView") || isSDK(t, "MapView") || isInvalid(t) {
		return true // unknown types are not reported
	}
	if isSDK(t, "Record") || isSDK(t, "Stream") || isError(t) {
		return false
	}
	if named, ok := t.(*types.Named); ok {
		same := 0
		for _, outer := range around {
			if types.Identical(outer, t) {
				return false
			}
			if outer.(*types.Named).Origin() == named.Origin() {
				same++
			}
		}
		if same > 10 || len(around) > 60 {
			return false
		}
		around = append(around[:len(around):len(around)], t)
	}
	switch under := t.Underlying().(type) {
	case *types.Basic:
		info := under.Info()
		return info&(types.IsBoolean|types.IsString|types.IsFloat) != 0 || info&types.IsInteger != 0 && under.Kind() != types.Uintptr
	case *types.Pointer:
		return supported(under.Elem(), around)
	case *types.Slice:
		return supported(under.Elem(), around)
	case *types.Map:
		return isKey(under.Key()) && supported(under.Elem(), around)
	case *types.Interface:
		return under.Empty()
	case *types.Struct:
		fields := countedFields(under)
		for _, field := range fields {
			if !supported(field, around) {
				return false
			}
		}
		return len(fields) > 0
	}
	return false
}

func isKey(t types.Type) bool {
	if isSDK(t, "GeoJSON") {
		return false
	}
	if isInvalid(t) {
		return true
	}
	switch under := t.Underlying().(type) {
	case *types.Basic:
		return under.Info()&types.IsString != 0 || under.Info()&types.IsInteger != 0 && under.Kind() != types.Uintptr
	case *types.Array:
		basic, ok := under.Elem().Underlying().(*types.Basic)
		return ok && (basic.Kind() == types.Uint8 || basic.Kind() == types.Invalid)
	case *types.Interface:
		return under.Empty()
	}
	return false
}

// clashes returns the keys that several fields of a struct share, for each struct in a supported type.
func clashes(t types.Type) []string {
	var found []string
	var seen []types.Type
	var walk func(t types.Type)
	walk = func(t types.Type) {
		for _, known := range seen {
			if types.Identical(known, t) {
				return
			}
		}
		seen = append(seen, t)
		switch under := t.Underlying().(type) {
		case *types.Pointer:
			walk(under.Elem())
		case *types.Slice:
			walk(under.Elem())
		case *types.Map:
			walk(under.Elem())
		case *types.Struct:
			for key, fields := range fieldsByKey(under) {
				if len(fields) > 1 {
					found = append(found, types.TypeString(t, nil)+" "+key)
				}
			}
			for _, field := range countedFields(under) {
				walk(field)
			}
		}
	}
	walk(t)
	return found
}

func isDuration(t types.Type) bool {
	named, ok := types.Unalias(t).(*types.Named)
	return ok && named.Obj().Pkg() != nil && named.Obj().Pkg().Path() == "time" && named.Obj().Name() == "Duration"
}

type candidate struct {
	name   string
	typ    types.Type
	depth  int
	tagged bool
}

// fieldsByKey returns the fields that encoding/json would consider with the tag key udf. Fields of one key compete.
func fieldsByKey(root *types.Struct) map[string][]candidate {
	byName := map[string][]candidate{}
	type level struct {
		under *types.Struct
		times int
	}
	current, seen := []level{{root, 1}}, map[types.Type]bool{}
	for depth := 0; len(current) > 0; depth++ {
		var order []types.Type
		next := map[types.Type]*level{}
		for _, one := range current {
			for i := range one.under.NumFields() {
				field := one.under.Field(i)
				inner := types.Unalias(field.Type())
				if pointer, ok := inner.(*types.Pointer); ok {
					inner = types.Unalias(pointer.Elem())
				}
				structure, isStruct := inner.Underlying().(*types.Struct)
				if field.Anonymous() && !field.Exported() && !isStruct || !field.Anonymous() && !field.Exported() {
					continue
				}
				tag := reflect.StructTag(one.under.Tag(i)).Get("udf")
				if tag == "-" {
					continue
				}
				name, _, _ := strings.Cut(tag, ",")
				if !validTag(name) {
					name = ""
				}
				if name == "" && field.Anonymous() && isStruct {
					if seen[inner] {
						continue
					}
					if next[inner] == nil {
						next[inner] = &level{structure, 0}
						order = append(order, inner)
					}
					next[inner].times++
					continue
				}
				found := candidate{name, field.Type(), depth, name != ""}
				if name == "" {
					found.name = field.Name()
				}
				for range min(one.times, 2) {
					byName[found.name] = append(byName[found.name], found)
				}
			}
		}
		current = nil
		for _, t := range order {
			seen[t] = true
			current = append(current, *next[t])
		}
	}
	return byName
}

// countedFields returns the types of the fields that encoding/json would use.
func countedFields(root *types.Struct) []types.Type {
	var chosen []types.Type
	for _, all := range fieldsByKey(root) {
		best := all[0]
		count := 0
		for _, one := range all {
			switch {
			case one.depth < best.depth || one.depth == best.depth && one.tagged && !best.tagged:
				best, count = one, 1
			case one.depth == best.depth && one.tagged == best.tagged:
				count++
			}
		}
		if count == 1 {
			chosen = append(chosen, best.typ)
		}
	}
	return chosen
}

func validTag(name string) bool {
	for _, c := range name {
		if !strings.ContainsRune("!#$%&()*+-./:;<=>?@[]^_{|}~ ", c) && !unicode.IsLetter(c) && !unicode.IsDigit(c) {
			return false
		}
	}
	return name != ""
}
