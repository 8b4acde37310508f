package main

import "go/types"

type exports struct {
	Dir       string   `json:"dir"`
	Path      string   `json:"path"`
	Name      string   `json:"name"`
	Errors    []string `json:"errors"`
	Functions []string `json:"functions"` // expressions of function type; % stands for the package and a dot
	Types     []string `json:"types"`
}

// exportsOf returns the names of a package that another package, or the package itself, can use without type
// arguments.
func exportsOf(one *loaded, byItself bool) exports {
	found := exports{one.Dir, one.ImportPath, one.Name, one.errors, []string{}, []string{}}
	if one.types == nil {
		return found
	}
	usable := func(object types.Object) bool {
		return object.Exported() || byItself && object.Pkg() == one.types && object.Name() != "_"
	}
	scope := one.types.Scope()
	for _, name := range scope.Names() {
		object := scope.Lookup(name)
		if !usable(object) {
			continue
		}
		switch object := object.(type) {
		case *types.Func:
			if object.Signature().TypeParams().Len() == 0 {
				found.Functions = append(found.Functions, "%"+name)
			}
		case *types.Var:
			if _, ok := object.Type().Underlying().(*types.Signature); ok {
				found.Functions = append(found.Functions, "%"+name)
			}
			found.methods("%"+name, object.Type(), true, usable)
		case *types.Const:
			found.methods("%"+name, object.Type(), false, usable)
		case *types.TypeName:
			if named, ok := object.Type().(interface{ TypeParams() *types.TypeParamList }); ok && named.TypeParams().Len() > 0 {
				continue
			}
			if face, ok := object.Type().Underlying().(*types.Interface); ok && !face.IsMethodSet() {
				continue
			}
			found.Types = append(found.Types, "%"+name)
			found.methods("%"+name, object.Type(), false, usable)
			if !types.IsInterface(object.Type()) {
				found.methods("(*%"+name+")", types.NewPointer(object.Type()), false, usable)
			}
		}
	}
	return found
}

func (e *exports) methods(of string, t types.Type, fields bool, usable func(types.Object) bool) {
	set := types.NewMethodSet(t)
	for i := range set.Len() {
		if object := set.At(i).Obj(); usable(object) {
			e.Functions = append(e.Functions, of+"."+object.Name())
		}
	}
	if !fields {
		return
	}
	if pointer, ok := t.Underlying().(*types.Pointer); ok {
		t = pointer.Elem()
	}
	if structure, ok := t.Underlying().(*types.Struct); ok {
		for i := range structure.NumFields() {
			field := structure.Field(i)
			if _, ok := field.Type().Underlying().(*types.Signature); ok && field.Exported() {
				e.Functions = append(e.Functions, of+"."+field.Name())
			}
		}
	}
}
