// Program printer prints the types that go/types finds for what a file passes to its function use, one a
// line in the order of the file, as modgo_lsp/model/type_text.py writes them: parameters have no names, and
// what is untyped has its default type. The file imports nothing.
package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"log"
	"os"
	"strings"
)

func main() {
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, os.Args[1], nil, 0)
	if err != nil {
		log.Fatal(err)
	}
	info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}}
	if _, err := new(types.Config).Check(file.Name.Name, files, []*ast.File{file}, info); err != nil {
		log.Fatal(err)
	}
	for node := range ast.Preorder(file) {
		call, ok := node.(*ast.CallExpr)
		if !ok {
			continue
		}
		if name, ok := call.Fun.(*ast.Ident); ok && name.Name == "use" {
			fmt.Println(text(types.Default(info.Types[call.Args[0]].Type)))
		}
	}
}

func text(of types.Type) string {
	switch of := types.Unalias(of).(type) {
	case *types.Basic:
		return types.Typ[of.Kind()].Name()
	case *types.Pointer:
		return "*" + text(of.Elem())
	case *types.Slice:
		return "[]" + text(of.Elem())
	case *types.Array:
		return fmt.Sprintf("[%d]%s", of.Len(), text(of.Elem()))
	case *types.Map:
		return fmt.Sprintf("map[%s]%s", text(of.Key()), text(of.Elem()))
	case *types.Chan:
		if inner, ok := of.Elem().(*types.Chan); ok && of.Dir() == types.SendRecv && inner.Dir() == types.RecvOnly {
			return fmt.Sprintf("chan (%s)", text(inner))
		}
		return map[types.ChanDir]string{
			types.SendRecv: "chan ", types.SendOnly: "chan<- ", types.RecvOnly: "<-chan ",
		}[of.Dir()] + text(of.Elem())
	case *types.Signature:
		return "func" + signature(of)
	case *types.Struct:
		var fields []string
		for field := range of.Fields() {
			if field.Embedded() {
				fields = append(fields, text(field.Type()))
			} else {
				fields = append(fields, field.Name()+" "+text(field.Type()))
			}
		}
		return "struct{" + strings.Join(fields, "; ") + "}"
	case *types.Interface:
		if of.Empty() {
			return "any"
		}
		var methods []string
		for method := range of.Methods() {
			methods = append(methods, method.Name()+signature(method.Signature()))
		}
		return "interface{" + strings.Join(methods, "; ") + "}"
	case *types.Named:
		if of.TypeArgs().Len() == 0 {
			return of.Obj().Name()
		}
		var arguments []string
		for argument := range of.TypeArgs().Types() {
			arguments = append(arguments, text(argument))
		}
		return fmt.Sprintf("%s[%s]", of.Obj().Name(), strings.Join(arguments, ", "))
	}
	return of.String()
}

func signature(of *types.Signature) string {
	var parameters, results []string
	for parameter := range of.Params().Variables() {
		parameters = append(parameters, text(parameter.Type()))
	}
	if last := len(parameters) - 1; of.Variadic() {
		parameters[last] = "..." + strings.TrimPrefix(parameters[last], "[]")
	}
	for result := range of.Results().Variables() {
		results = append(results, text(result.Type()))
	}
	found := "(" + strings.Join(parameters, ", ") + ")"
	switch joined := strings.Join(results, ", "); len(results) {
	case 0:
		return found
	case 1:
		return found + " " + joined
	default:
		return found + " (" + joined + ")"
	}
}
