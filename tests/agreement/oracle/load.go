// Loads the packages of the Go module in the working directory from source, as the go command lists them.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
)

type listed struct {
	ImportPath string
	Dir        string
	Name       string
	GoFiles    []string
	CgoFiles   []string
	ImportMap  map[string]string
	Standard   bool
	DepOnly    bool
	Module     *struct {
		Path, Dir, GoVersion string
		Main                 bool
	}
}

type loaded struct {
	*listed
	types    *types.Package
	info     *types.Info
	files    []*ast.File
	errors   []string
	problems []types.Error // of the type checker
	broken   []string      // the files that don't parse
	checking bool
	owners   []*owner        // set on first use
	found    []*registration // set on first use
	searched bool
}

type program struct {
	fset     *token.FileSet
	packages map[string]*loaded
	roots    []*loaded
}

func load(pattern string) (*program, error) {
	command := exec.Command("go", "list", "-e", "-deps", "-json=ImportPath,Dir,Name,GoFiles,CgoFiles,ImportMap,Standard,DepOnly,Module", pattern)
	command.Stderr = os.Stderr
	output, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	found := &program{token.NewFileSet(), map[string]*loaded{}, nil}
	decoder := json.NewDecoder(bytes.NewReader(output))
	for {
		entry := new(listed)
		if err := decoder.Decode(entry); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, err
		}
		one := &loaded{listed: entry}
		found.packages[entry.ImportPath] = one
		if !entry.DepOnly {
			found.roots = append(found.roots, one)
		}
	}
	return found, nil
}

type importer struct {
	program *program
	from    *loaded
}

func (i importer) Import(path string) (*types.Package, error) {
	if mapped, ok := i.from.ImportMap[path]; ok {
		path = mapped
	}
	if path == "unsafe" {
		return types.Unsafe, nil
	}
	one := i.program.packages[path]
	if one == nil || one.checking {
		return nil, fmt.Errorf("no package %s", path)
	}
	if i.program.check(one); one.types == nil {
		return nil, fmt.Errorf("no package %s", path)
	}
	if len(one.errors) > 0 && len(one.CgoFiles) == 0 { // the type checker knows no C
		i.from.errors = append(i.from.errors, fmt.Sprintf("%s is not type-correct: %s", path, one.errors[0]))
	}
	return one.types, nil
}

func (p *program) check(one *loaded) {
	if one.types != nil || one.checking {
		return
	}
	one.checking = true
	defer func() { one.checking = false }()
	own := !one.DepOnly
	fail := func(err error) { one.errors = append(one.errors, err.Error()) }
	for _, name := range append(append([]string{}, one.GoFiles...), one.CgoFiles...) {
		mode := parser.SkipObjectResolution
		if own {
			mode |= parser.ParseComments
		}
		file, err := parser.ParseFile(p.fset, filepath.Join(one.Dir, name), nil, mode)
		if err != nil {
			fail(err)
			one.broken = append(one.broken, name)
		}
		if file != nil {
			one.files = append(one.files, file)
		}
	}
	config := types.Config{
		Importer:         importer{p, one},
		IgnoreFuncBodies: !own,
		FakeImportC:      true,
		Sizes:            types.SizesFor("gc", runtime.GOARCH),
		Error: func(err error) {
			fail(err)
			if problem, ok := err.(types.Error); ok {
				one.problems = append(one.problems, problem)
			}
		},
	}
	if one.Module != nil && one.Module.GoVersion != "" {
		config.GoVersion = "go" + one.Module.GoVersion
	}
	if own {
		one.info = &types.Info{
			Types:      map[ast.Expr]types.TypeAndValue{},
			Uses:       map[*ast.Ident]types.Object{},
			Defs:       map[*ast.Ident]types.Object{},
			Selections: map[*ast.SelectorExpr]*types.Selection{},
			Instances:  map[*ast.Ident]types.Instance{},
		}
	}
	one.types, _ = config.Check(one.ImportPath, p.fset, one.files, one.info)
}
