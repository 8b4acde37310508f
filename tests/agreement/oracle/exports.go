package main

import "go/types"

type exports struct {
	Path      string   `json:"path"`
	Name      string   `json:"name"`
	Functions []string `json:"functions"` // expressions of function type; % stands for the package
	Types     []string `json:"types"`
}

// exportsOf are the names of a package that another one may use without giving type arguments.
func exportsOf(one *loaded) exports {
	found := exports{Path: one.ImportPath, Name: one.Name, Functions: []string{}, Types: []string{}}
	if one.types == nil {
		return found
	}
	scope := one.types.Scope()
	for _, name := range scope.Names() {
		object := scope.Lookup(name)
		if !object.Exported() {
			continue
		}
		switch object := object.(type) {
		case *types.Func:
			if object.Signature().TypeParams().Len() == 0 {
				found.Functions = append(found.Functions, "%."+name)
			}
		case *types.Var:
			if _, ok := object.Type().Underlying().(*types.Signature); ok {
				found.Functions = append(found.Functions, "%."+name)
			}
			found.methods("%."+name, object.Type(), true)
		case *types.Const:
			found.methods("%."+name, object.Type(), false)
		case *types.TypeName:
			if named, ok := object.Type().(interface{ TypeParams() *types.TypeParamList }); ok && named.TypeParams().Len() > 0 {
				continue
			}
			if face, ok := object.Type().Underlying().(*types.Interface); ok && !face.IsMethodSet() {
				continue
			}
			found.Types = append(found.Types, "%."+name)
			found.methods("%."+name, object.Type(), false)
			if !types.IsInterface(object.Type()) {
				found.methods("(*%."+name+")", types.NewPointer(object.Type()), false)
			}
		}
	}
	return found
}

func (e *exports) methods(of string, t types.Type, fields bool) {
	set := types.NewMethodSet(t)
	for i := range set.Len() {
		if set.At(i).Obj().Exported() {
			e.Functions = append(e.Functions, of+"."+set.At(i).Obj().Name())
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
