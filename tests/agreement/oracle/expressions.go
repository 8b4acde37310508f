package main

import (
	"encoding/base64"
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"path/filepath"
)

// expression has the offsets, mode and type that go/types gives an expression, and the value of a constant.
type expression struct {
	Start, End int
	Mode       string // "type", "constant", "value", "nil", "builtin", "no value"
	Type       string
	Value      string // of a constant: the bytes of a string in base64, else Go's exact text
}

// use is an identifier, and the place of the declaration that it refers to.
type use struct {
	Offset int
	Path   string // of the file; "" in the universe, or of another module
	At     int
}

type typed struct {
	Dir         string                  `json:"dir"`
	Errors      []string                `json:"errors"`
	Expressions map[string][]expression `json:"expressions"` // by file
	Uses        map[string][]use        `json:"uses"`
}

// expressionsOf returns the types of every expression, and the declaration of every identifier, of a package.
func expressionsOf(program *program, one *loaded) typed {
	found := typed{one.Dir, one.errors, map[string][]expression{}, map[string][]use{}}
	if one.info == nil {
		return found
	}
	// one.info.Types has expressions that are not in the source: go/types treats `n++` as `n += 1`.
	for _, syntax := range one.files {
		ast.Inspect(syntax, func(node ast.Node) bool {
			if expr, ok := node.(ast.Expr); ok {
				if known, ok := one.info.Types[expr]; ok {
					file, typed := described(program, expr, known)
					found.Expressions[file] = append(found.Expressions[file], typed)
				}
			}
			return true
		})
	}
	for ident, object := range one.info.Uses {
		file, offset := program.place(ident.Pos())
		file = filepath.Base(file)
		found.Uses[file] = append(found.Uses[file], use{offset, "", -1})
		last := &found.Uses[file][len(found.Uses[file])-1]
		if _, isPackage := object.(*types.PkgName); isPackage {
			continue
		}
		if object.Pos().IsValid() {
			last.Path, last.At = program.place(object.Pos())
		}
	}
	return found
}

// described returns the file of an expression, and its type and value.
func described(program *program, expr ast.Expr, known types.TypeAndValue) (string, expression) {
	file, start := program.place(expr.Pos())
	_, end := program.place(expr.End())
	t, value := known.Type, ""
	if pair, ok := t.(*types.Tuple); ok && known.HasOk() && pair.Len() == 2 {
		t = pair.At(0).Type() // `v, ok = m[k]`
	}
	if known.Value != nil {
		if known.Value.Kind() == constant.String {
			value = base64.StdEncoding.EncodeToString([]byte(constant.StringVal(known.Value)))
		} else {
			value = known.Value.ExactString()
		}
	}
	return filepath.Base(file), expression{start, end, modeOf(known), canonical(t), value}
}

func (p *program) place(pos token.Pos) (string, int) {
	at := p.fset.PositionFor(pos, false)
	return at.Filename, at.Offset
}

func modeOf(known types.TypeAndValue) string {
	switch {
	case known.IsType():
		return "type"
	case known.Value != nil:
		return "constant"
	case known.IsNil():
		return "nil"
	case known.IsBuiltin():
		return "builtin"
	case known.IsVoid():
		return "no value"
	}
	return "value"
}
