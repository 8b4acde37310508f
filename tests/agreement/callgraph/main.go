// Reports the functions that UDFs reach according to golang.org/x/tools: the bounds for modgo's call graph.
//
// Prints one JSON object for each package of the Go module in the working directory that registers functions:
// its folder, the functions of the module that its UDFs reach by calls with a known target, and those that they may
// reach by any call (callgraph/vta). A function is "file:offset" of its name; a package variable's function literal,
// that of its func. Closures belong to the function around them.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"golang.org/x/tools/go/callgraph/vta"
	"golang.org/x/tools/go/packages"
	"golang.org/x/tools/go/ssa"
	"golang.org/x/tools/go/ssa/ssautil"
)

const sdkPath = "github.com/GeertJohan/aerospike-mod-go/udf"

type reached struct {
	Dir    string   `json:"dir"`
	Static []string `json:"static"`
	Any    []string `json:"any"`
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: callgraph PATTERN")
		os.Exit(2)
	}
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(pattern string) error {
	loaded, err := packages.Load(&packages.Config{Mode: packages.LoadAllSyntax | packages.NeedModule}, pattern)
	if err != nil {
		return err
	}
	loaded = withoutErrors(loaded)
	// In naive form a variable is a memory location, and the stores to it can be counted. Generic functions are not
	// instantiated, because the method that a type parameter's call reaches depends on the instance.
	program, found := ssautil.AllPackages(loaded, ssa.NaiveForm)
	program.Build()
	functions := ssautil.AllFunctions(program)
	known := newTargets(functions)
	graph := vta.CallGraph(functions, nil)
	encoder := json.NewEncoder(os.Stdout)
	for i, one := range found {
		if one == nil || loaded[i].Module == nil || !loaded[i].Module.Main {
			continue
		}
		roots := known.registered(one, functions)
		if len(roots) == 0 {
			continue
		}
		places := func(reach map[*ssa.Function]bool) []string {
			seen := map[string]bool{}
			for function := range reach {
				if place := placeOf(program, function, loaded[i].Module.Dir); place != "" {
					seen[place] = true
				}
			}
			var sorted []string
			for place := range seen {
				sorted = append(sorted, place)
			}
			sort.Strings(sorted)
			return sorted
		}
		static := places(reach(roots, known.callees))
		any := places(reach(roots, func(function *ssa.Function) []*ssa.Function {
			var found []*ssa.Function
			if node := graph.Nodes[function]; node != nil {
				for _, edge := range node.Out {
					found = append(found, edge.Callee.Func)
				}
			}
			return append(found, known.callees(function)...)
		}))
		if err := encoder.Encode(reached{filepath.Dir(loaded[i].GoFiles[0]), static, any}); err != nil {
			return err
		}
	}
	return nil
}

func withoutErrors(all []*packages.Package) []*packages.Package {
	var good []*packages.Package
	for _, one := range all {
		if len(one.Errors) == 0 && len(one.GoFiles) > 0 {
			good = append(good, one)
		}
	}
	return good
}

func reach(roots []*ssa.Function, next func(*ssa.Function) []*ssa.Function) map[*ssa.Function]bool {
	seen := map[*ssa.Function]bool{}
	pending := append([]*ssa.Function{}, roots...)
	for len(pending) > 0 {
		function := pending[len(pending)-1]
		pending = pending[:len(pending)-1]
		if !seen[function] {
			seen[function] = true
			pending = append(pending, next(function)...)
		}
	}
	return seen
}

// placeOf returns the place of the declared function around fn, or "" if it is outside of the Go module.
func placeOf(program *ssa.Program, function *ssa.Function, module string) string {
	for function.Parent() != nil {
		if function.Parent().Synthetic == "package initializer" {
			break
		}
		function = function.Parent()
	}
	at := program.Fset.PositionFor(function.Pos(), false)
	if function.Synthetic != "" && function.Origin() == nil || !strings.HasPrefix(at.Filename, module+string(filepath.Separator)) {
		return ""
	}
	return fmt.Sprintf("%s:%d", at.Filename, at.Offset)
}
