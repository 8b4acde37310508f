package main

import (
	"go/ast"
	"go/constant"
	"go/types"
	"path/filepath"
	"regexp"
	"slices"
	"sort"
	"strings"
)

var validName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

type registration struct {
	pkg      *loaded
	at       ast.Node      // the call, or the use of Register as a value
	call     *ast.CallExpr // nil for the latter
	inPlace  bool          // it runs exactly when its owner does
	certain  bool          // its owner certainly runs
	possible bool          // its owner may run
}

func (r *registration) name() (string, bool) {
	if r.call == nil || len(r.call.Args) != 2 {
		return "", false
	}
	value := r.pkg.info.Types[r.call.Args[0]].Value
	if value == nil || value.Kind() != constant.String {
		return "", false
	}
	return constant.StringVal(value), true
}

// functionType returns the type of the registered expression, or nil if a call returns both arguments.
func (r *registration) functionType() types.Type {
	if r.call == nil {
		return nil
	}
	if len(r.call.Args) == 1 {
		if tuple, ok := r.pkg.info.TypeOf(r.call.Args[0]).(*types.Tuple); ok && tuple.Len() == 2 {
			return tuple.At(1).Type()
		}
		return nil
	}
	return r.pkg.typeOf(r.call.Args[1])
}

func (r *registration) dynamic() bool {
	_, named := r.name()
	t := r.functionType()
	place := r.inPlace && (r.certain || !r.possible)
	return r.call == nil || !named || t == nil || isEmptyInterface(t) || hasTypeParameter(t, 0) || !place
}

func (r *registration) notAFunction() bool {
	t := r.functionType()
	if t == nil || isInvalid(t) {
		return false
	}
	if _, ok := t.(*types.TypeParam); ok {
		return false
	}
	_, isFunction := t.Underlying().(*types.Signature)
	return !isFunction && !isEmptyInterface(t) || r.isNil()
}

func (r *registration) isNil() bool {
	return len(r.call.Args) == 2 && r.pkg.info.Types[r.call.Args[1]].IsNil()
}

// typeOf returns the type of an expression, or types.Typ[types.Invalid] if the type checker has none.
func (l *loaded) typeOf(expr ast.Expr) types.Type {
	if t := l.info.TypeOf(expr); t != nil {
		return t
	}
	return types.Typ[types.Invalid]
}

type judge struct {
	program   *program
	pkg       *loaded
	findings  []string
	instances map[*types.Func][]types.Type
}

func newJudge(program *program, pkg *loaded) *judge {
	return &judge{program, pkg, []string{}, map[*types.Func][]types.Type{}}
}

// inModule returns the packages of the same Go module, by import path.
func (j *judge) inModule() []*loaded {
	var found []*loaded
	for _, one := range j.program.roots {
		if one.Module != nil && one.Module.Path == j.pkg.Module.Path && one.types != nil {
			found = append(found, one)
		}
	}
	sort.Slice(found, func(a, b int) bool { return found[a].ImportPath < found[b].ImportPath })
	return found
}

func imports(from, to *loaded) bool {
	for _, direct := range from.types.Imports() {
		if direct == to.types {
			return true
		}
	}
	return false
}

func (j *judge) related(down bool) []*loaded {
	all := j.inModule()
	found := map[*loaded]bool{j.pkg: true}
	for grown := true; grown; {
		grown = false
		for _, one := range all {
			for _, other := range all {
				if found[one] && !found[other] && (down && imports(one, other) || !down && imports(other, one)) {
					found[other], grown = true, true
				}
			}
		}
	}
	var sorted []*loaded
	for _, one := range all {
		if found[one] {
			sorted = append(sorted, one)
		}
	}
	return sorted
}

func (j *judge) registrations(pkg *loaded) []*registration {
	if !pkg.searched {
		pkg.found, pkg.searched = j.search(pkg), true
	}
	return pkg.found
}

func (j *judge) search(pkg *loaded) []*registration {
	of := newJudge(j.program, pkg)
	all, static, possible := reach(of.related(false))
	var found []*registration
	for _, one := range all {
		if one.pkg != pkg {
			continue
		}
		calls := one.staticCalls()
		called := map[*ast.Ident]bool{}
		selector := map[*ast.Ident]ast.Node{}
		ast.Inspect(one.node(), func(node ast.Node) bool {
			switch node := node.(type) {
			case *ast.CallExpr:
				if used := callee(pkg, node.Fun); isRegister(used) {
					called[lastIdent(node.Fun)] = true
					found = append(found, &registration{pkg, node, node, calls[node], static[one], possible[one]})
				}
			case *ast.SelectorExpr:
				selector[node.Sel] = node
			case *ast.Ident:
				if used, ok := pkg.info.Uses[node].(*types.Func); ok && isRegister(used) && !called[node] {
					var at ast.Node = node
					if selector[node] != nil {
						at = selector[node]
					}
					found = append(found, &registration{pkg, at, nil, false, static[one], possible[one]})
				}
			}
			return true
		})
	}
	sort.SliceStable(found, func(a, b int) bool {
		one, two := j.program.fset.Position(found[a].at.Pos()), j.program.fset.Position(found[b].at.Pos())
		if one.Filename != two.Filename {
			return filepath.Base(one.Filename) < filepath.Base(two.Filename)
		}
		return one.Offset < two.Offset
	})
	return found
}

func isRegister(used *types.Func) bool {
	return used != nil && used.Name() == "Register" && used.Pkg() != nil && used.Pkg().Path() == sdkPath &&
		used.Signature().Recv() == nil
}

func lastIdent(expr ast.Expr) *ast.Ident {
	switch expr := ast.Unparen(expr).(type) {
	case *ast.Ident:
		return expr
	case *ast.SelectorExpr:
		return expr.Sel
	}
	return nil
}

func (j *judge) all() {
	members := j.related(true)
	own := j.registrations(j.pkg)
	imported := len(j.importers()) > 0
	j.mainPackage()
	j.exports()
	anywhere := false
	names := map[string]bool{}
	judged := map[any]bool{}
	for _, member := range members {
		for _, one := range j.registrations(member) {
			anywhere = true
			name, known := one.name()
			static := !one.dynamic() && one.possible
			if known && static {
				if names[name] {
					j.say("MG103", of(one.call.Args[0]))
				}
				names[name] = true
			}
			if member != j.pkg && one.call != nil {
				if used := declared(one); used != nil {
					judged[j.instance(one, used)] = true
				}
			}
		}
	}
	for _, one := range own {
		j.registration(one, judged)
	}
	if !imported || len(own) > 0 {
		j.unregistered()
	}
	if !imported && !anywhere && j.pkg.Name != "main" {
		for _, file := range j.pkg.files {
			for _, spec := range file.Imports {
				if pathOf(spec) == sdkPath {
					j.say("MG110", of(spec))
					return
				}
			}
		}
	}
}

func (j *judge) registration(one *registration, judged map[any]bool) {
	name, known := one.name()
	if one.call == nil {
		j.say("MG104", of(one.at))
		return
	}
	if !one.possible {
		j.say("MG106", of(one.call))
	} else if one.dynamic() && !one.notAFunction() {
		j.say("MG104", of(one.call))
	}
	if known && (!validName.MatchString(name) || len(name) > 127) {
		j.say("MG105", of(one.call.Args[0]))
	}
	if one.notAFunction() {
		j.say("MG107", of(one.call.Args[len(one.call.Args)-1]))
	}
	j.undefined(one)
	j.signature(one, judged)
}

// undefined reports the type checker's errors about names in a registration.
func (j *judge) undefined(one *registration) {
	for index, argument := range one.call.Args {
		names := heads(argument)
		if used := callee(j.pkg, argument); index == 1 && used != nil && j.uninstantiated(one, used) {
			j.say("MG205", of(argument))
		}
		for _, problem := range j.pkg.problems {
			switch {
			case !strings.HasPrefix(problem.Msg, "undefined: ") && !strings.Contains(problem.Msg, "has no field or method"):
			case slices.ContainsFunc(names, func(name *ast.Ident) bool { return name.Pos() == problem.Pos }):
				j.say("MG102", of(argument))
			}
		}
	}
}

// uninstantiated reports whether the registered function lacks type arguments.
func (j *judge) uninstantiated(one *registration, used *types.Func) bool {
	return used.Signature().TypeParams().Len() > 0 &&
		slices.ContainsFunc(j.pkg.problems, func(problem types.Error) bool {
			within := problem.Pos >= one.call.Pos() && problem.Pos < one.call.End()
			return within && (strings.Contains(problem.Msg, "without instantiation") || strings.Contains(problem.Msg, "cannot infer"))
		})
}

// heads returns the names at the start of an expression: for f(x).g, f and g.
func heads(expr ast.Expr) []*ast.Ident {
	switch expr := ast.Unparen(expr).(type) {
	case *ast.Ident:
		return []*ast.Ident{expr}
	case *ast.SelectorExpr:
		return append(heads(expr.X), expr.Sel)
	case *ast.CallExpr:
		return heads(expr.Fun)
	case *ast.IndexExpr:
		return heads(expr.X)
	case *ast.IndexListExpr:
		return heads(expr.X)
	case *ast.StarExpr:
		return heads(expr.X)
	case *ast.UnaryExpr:
		return heads(expr.X)
	case *ast.BinaryExpr:
		return append(heads(expr.X), heads(expr.Y)...)
	}
	return nil
}

// declared returns the registered function, if it is declared by name.
func declared(one *registration) *types.Func {
	if len(one.call.Args) != 2 {
		return nil
	}
	return callee(one.pkg, held(one.pkg, one.call.Args[1]))
}

// held returns the expression inside conversions such as `any(Add)`.
func held(pkg *loaded, expr ast.Expr) ast.Expr {
	for isEmptyInterface(pkg.typeOf(expr)) {
		call, ok := ast.Unparen(expr).(*ast.CallExpr)
		if !ok || len(call.Args) != 1 || !pkg.info.Types[call.Fun].IsType() {
			break
		}
		expr = call.Args[0]
	}
	return expr
}

// instance identifies a function that is checked once: a declared function with one type. A generic function has
// several instances, and so has a method, by its receiver.
func (j *judge) instance(one *registration, used *types.Func) any {
	t := one.pkg.typeOf(held(one.pkg, one.call.Args[1]))
	for _, known := range j.instances[used] {
		if types.Identical(known, t) {
			return [2]any{used, known}
		}
	}
	j.instances[used] = append(j.instances[used], t)
	return [2]any{used, t}
}

// saying identifies a finding at a place, reported once however often its function is registered.
type saying struct {
	code, text string
	part       part // with index: distinguishes findings of several parameters and results at one place
	index      int
	at         span
}

func (j *judge) signature(one *registration, judged map[any]bool) {
	t := one.functionType()
	at := of(one.call)
	var function ast.Expr
	if len(one.call.Args) == 2 {
		function = held(one.pkg, one.call.Args[1])
		t = one.pkg.typeOf(function)
		at = of(function)
	} else if len(one.call.Args) == 1 {
		at = of(one.call.Args[0])
	}
	if t == nil || hasTypeParameter(t, 0) {
		return
	}
	signature, ok := t.Underlying().(*types.Signature)
	if !ok {
		return
	}
	stands := func(problem) span { return at }
	elsewhere := true
	if literal, ok := ast.Unparen(function).(*ast.FuncLit); ok {
		elsewhere = false
		stands = func(p problem) span {
			return p.stands(span{literal.Pos(), literal.Type.End()}, literal.Type, nil)
		}
	}
	// An interface's method has no declaration: the type of the value is checked.
	if used := declared(one); used != nil && !isInterfaceMethod(used) {
		key := j.instance(one, used)
		if judged[key] {
			return
		}
		judged[key] = true
		if used.Pkg() == j.pkg.types {
			elsewhere = false
			decl := declarationOf(j.pkg, used)
			receiver := decl.Recv
			if signature.Params().Len() == used.Signature().Params().Len() {
				receiver = nil
			}
			stands = func(p problem) span {
				// A promoted method has another receiver, which is in the registration.
				if receiver != nil && p.part < resultType && p.index == 0 && isPromoted(signature, used) {
					return at
				}
				return p.stands(of(decl.Name), decl.Type, receiver)
			}
		}
	}
	for _, problem := range signatureProblems(signature) {
		// T.M and (*T).M are two functions, and the receiver is declared once.
		said := saying{problem.code, strings.TrimLeft(problem.text, "*"), 0, 0, stands(problem)}
		if elsewhere {
			said.part, said.index = problem.part, problem.index
		}
		if !judged[said] {
			judged[said] = true
			j.say(problem.code, said.at)
		}
	}
}

func isPromoted(expression *types.Signature, method *types.Func) bool {
	return namedIn(expression.Params().At(0).Type()) != namedIn(method.Signature().Recv().Type())
}

func namedIn(t types.Type) *types.Named {
	t = types.Unalias(t)
	if pointer, ok := t.(*types.Pointer); ok {
		t = types.Unalias(pointer.Elem())
	}
	if named, ok := t.(*types.Named); ok {
		return named.Origin()
	}
	return nil
}

func declarationOf(pkg *loaded, function *types.Func) *ast.FuncDecl {
	for _, one := range owners(pkg) {
		if one.object == function {
			return one.decl
		}
	}
	return nil
}

func isInterfaceMethod(used *types.Func) bool {
	receiver := used.Signature().Recv()
	return receiver != nil && types.IsInterface(receiver.Type())
}

func (j *judge) importers() []*loaded {
	var found []*loaded
	for _, one := range j.inModule() {
		if one != j.pkg && imports(one, j.pkg) {
			found = append(found, one)
		}
	}
	return found
}

func (j *judge) mainPackage() {
	if j.pkg.Name == "main" {
		files := slices.SortedFunc(slices.Values(j.pkg.files), func(a, b *ast.File) int {
			return strings.Compare(j.program.fset.Position(a.Pos()).Filename, j.program.fset.Position(b.Pos()).Filename)
		})
		j.say("MG108", of(files[0].Name))
	}
}

// exports reports the functions that cgo exports under a name of the ABI, by the comments of functions in files that
// import "C".
func (j *judge) exports() {
	for _, file := range j.pkg.files {
		if !slices.ContainsFunc(file.Imports, func(spec *ast.ImportSpec) bool { return pathOf(spec) == "C" }) {
			continue
		}
		for _, decl := range file.Decls {
			function, ok := decl.(*ast.FuncDecl)
			if !ok || function.Doc == nil {
				continue
			}
			for _, comment := range function.Doc.List {
				if name, ok := strings.CutPrefix(comment.Text, "//export "); ok {
					if strings.HasPrefix(strings.TrimSpace(name), "aerospike_udf_go_") {
						j.say("MG109", of(comment))
					}
					break
				}
			}
		}
	}
}

// unregistered reports exported functions that look like UDFs and that nothing refers to.
func (j *judge) unregistered() {
	for _, one := range owners(j.pkg) {
		if one.decl == nil || one.decl.Recv != nil || !one.decl.Name.IsExported() || one.object == nil {
			continue
		}
		signature := one.object.Signature()
		if signature.TypeParams().Len() > 0 || !receiverFirst(signature) || j.referredTo(one) {
			continue
		}
		j.say("MG101", of(one.decl.Name))
	}
}

func receiverFirst(signature *types.Signature) bool {
	params := signature.Params()
	first := 0
	if params.Len() > 0 && isContext(params.At(0).Type()) && !(signature.Variadic() && params.Len() == 1) {
		first = 1
	}
	if params.Len() <= first || signature.Variadic() && params.Len() == first+1 {
		return false
	}
	t := params.At(first).Type()
	return pointsTo(t, "Record") || pointsTo(t, "Stream")
}

func (j *judge) referredTo(one *owner) bool {
	for _, pkg := range j.inModule() {
		if pkg != j.pkg && !imports(pkg, j.pkg) {
			continue
		}
		for ident, used := range pkg.info.Uses {
			if used != one.object {
				continue
			}
			if pkg != j.pkg || ident.Pos() < one.decl.Pos() || ident.Pos() >= one.decl.End() {
				return true
			}
		}
	}
	return false
}
