package main

import (
	"go/ast"
	"go/token"
	"go/types"
)

// owner contains code: a declared function, or the values of a package variable.
type owner struct {
	pkg    *loaded
	decl   *ast.FuncDecl
	spec   *ast.ValueSpec
	object *types.Func
	leads  *leads
}

// leads has the targets of code: the functions that it calls exactly when it runs, those that it names, the interface
// methods that it names, and the exported methods of values that it passes on.
type leads struct {
	certainly []*types.Func
	named     []*types.Func
	faces     []string
	handed    []*types.Func
}

func (o *owner) root() bool {
	return o.spec != nil || o.decl.Recv == nil && o.decl.Name.Name == "init"
}

func (o *owner) node() ast.Node {
	if o.spec != nil {
		return o.spec
	}
	return o.decl
}

func owners(pkg *loaded) []*owner {
	if pkg.owners == nil {
		pkg.owners = ownersOf(pkg)
	}
	return pkg.owners
}

func ownersOf(pkg *loaded) []*owner {
	found := []*owner{}
	for _, file := range pkg.files {
		for _, decl := range file.Decls {
			switch decl := decl.(type) {
			case *ast.FuncDecl:
				object, _ := pkg.info.Defs[decl.Name].(*types.Func)
				found = append(found, &owner{pkg, decl, nil, object, nil})
			case *ast.GenDecl:
				for _, spec := range decl.Specs {
					if value, ok := spec.(*ast.ValueSpec); ok && decl.Tok == token.VAR && len(value.Values) > 0 {
						found = append(found, &owner{pkg, nil, value, nil, nil})
					}
				}
			}
		}
	}
	return found
}

// staticCalls returns the calls that run exactly when the owner does.
func (o *owner) staticCalls() map[*ast.CallExpr]bool {
	found := map[*ast.CallExpr]bool{}
	if o.spec != nil {
		for _, value := range o.spec.Values {
			ast.Inspect(value, func(node ast.Node) bool {
				if call, ok := node.(*ast.CallExpr); ok {
					found[call] = true
				}
				_, literal := node.(*ast.FuncLit)
				return !literal
			})
		}
		return found
	}
	add := func(values ...ast.Expr) {
		for _, value := range values {
			if call, ok := ast.Unparen(value).(*ast.CallExpr); ok {
				found[call] = true
			}
		}
	}
	var in func([]ast.Stmt)
	in = func(statements []ast.Stmt) {
		for _, statement := range statements {
			for labeled, ok := statement.(*ast.LabeledStmt); ok; labeled, ok = statement.(*ast.LabeledStmt) {
				statement = labeled.Stmt
			}
			switch statement := statement.(type) {
			case *ast.ExprStmt:
				add(statement.X)
			case *ast.AssignStmt:
				add(statement.Rhs...)
			case *ast.ReturnStmt:
				add(statement.Results...)
			case *ast.BlockStmt:
				in(statement.List)
			case *ast.DeclStmt:
				for _, spec := range statement.Decl.(*ast.GenDecl).Specs {
					if value, ok := spec.(*ast.ValueSpec); ok && statement.Decl.(*ast.GenDecl).Tok == token.VAR {
						add(value.Values...)
					}
				}
			}
		}
	}
	if o.decl.Body != nil {
		in(o.decl.Body.List)
	}
	return found
}

// reach marks the owners that certainly run when the packages are initialised, and those that may.
func reach(packages []*loaded) (all []*owner, static, possible map[*owner]bool) {
	byObject := map[*types.Func]*owner{}
	for _, pkg := range packages {
		for _, one := range owners(pkg) {
			all = append(all, one)
			if one.object != nil {
				byObject[one.object] = one
			}
		}
	}
	static, possible = map[*owner]bool{}, map[*owner]bool{}
	byName := map[string][]*owner{}
	for object, one := range byObject {
		if object.Signature().Recv() != nil {
			byName[object.Name()] = append(byName[object.Name()], one)
		}
	}
	var certainly, perhaps func(*owner)
	certainly = func(one *owner) {
		if one == nil || static[one] {
			return
		}
		static[one] = true
		for _, function := range one.leadsTo().certainly {
			certainly(byObject[function])
		}
	}
	perhaps = func(one *owner) {
		if one == nil || possible[one] {
			return
		}
		possible[one] = true
		to := one.leadsTo()
		for _, function := range append(to.named[:len(to.named):len(to.named)], to.handed...) {
			perhaps(byObject[function])
		}
		for _, name := range to.faces {
			for _, other := range byName[name] {
				perhaps(other)
			}
		}
	}
	for _, one := range all {
		if one.root() {
			certainly(one)
			perhaps(one)
		}
	}
	return all, static, possible
}

// callee returns the declared function that an expression names, or nil.
func callee(pkg *loaded, expr ast.Expr) *types.Func {
	switch expr := ast.Unparen(expr).(type) {
	case *ast.Ident:
		if used, ok := pkg.info.Uses[expr].(*types.Func); ok {
			return used.Origin()
		}
	case *ast.SelectorExpr:
		if used, ok := pkg.info.Uses[expr.Sel].(*types.Func); ok {
			return used.Origin()
		}
	case *ast.IndexExpr:
		return callee(pkg, expr.X)
	case *ast.IndexListExpr:
		return callee(pkg, expr.X)
	}
	return nil
}

func (o *owner) leadsTo() *leads {
	if o.leads != nil {
		return o.leads
	}
	o.leads = &leads{}
	for call := range o.staticCalls() {
		if function := callee(o.pkg, call.Fun); function != nil {
			o.leads.certainly = append(o.leads.certainly, function)
		}
	}
	ast.Inspect(o.node(), func(node ast.Node) bool {
		if ident, ok := node.(*ast.Ident); ok {
			if used, ok := o.pkg.info.Uses[ident].(*types.Func); ok {
				o.leads.named = append(o.leads.named, used.Origin())
				if isInterfaceMethod(used) {
					o.leads.faces = append(o.leads.faces, used.Name())
				}
			}
		}
		return true
	})
	for _, t := range usedValues(o) {
		methods := types.NewMethodSet(t)
		for i := range methods.Len() {
			if method := methods.At(i).Obj().(*types.Func); method.Exported() {
				o.leads.handed = append(o.leads.handed, method.Origin())
			}
		}
	}
	return o.leads
}

// usedValues returns pointer types of the values that code uses other than by selecting from them: an interface could
// hold such a value, and its methods could be called from anywhere.
func usedValues(one *owner) []types.Type {
	selected := map[ast.Expr]bool{}
	var found []types.Type
	ast.Inspect(one.node(), func(node ast.Node) bool {
		expr, ok := node.(ast.Expr)
		if !ok {
			return true
		}
		if selector, ok := expr.(*ast.SelectorExpr); ok {
			selected[ast.Unparen(selector.X)] = true
		}
		literal, ok := expr.(*ast.CompositeLit)
		known := one.pkg.info.Types[expr]
		if _, isParen := expr.(*ast.ParenExpr); selected[expr] || isParen || ok && literal.Type == nil || !known.IsValue() {
			return true
		}
		t := types.Unalias(known.Type)
		if pointer, ok := t.(*types.Pointer); ok {
			t = types.Unalias(pointer.Elem())
		}
		if _, ok := t.(*types.Named); ok && !types.IsInterface(t) {
			found = append(found, types.NewPointer(t))
		}
		return true
	})
	return found
}
