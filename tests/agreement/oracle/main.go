// The oracle: reports what go/types knows about the packages of a Go module. It shares no code with modgo.
//
// Prints one JSON object for each package that matches the pattern:
//
//	oracle judge PATTERN        its folder, whether go/types accepts it, and its findings as
//	                            "CODE file:start-end"; of packages of the main modules that import the SDK
//	oracle exports PATTERN      its exports, for others to register
//	oracle members PATTERN      everything that it could register itself
//	oracle expressions PATTERN  the type of every expression, and the declaration behind every identifier
package main

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"os"
	"path/filepath"
	"sort"
	"strings"
)

const sdkPath = "github.com/GeertJohan/aerospike-mod-go/udf"

type verdict struct {
	Dir      string   `json:"dir"`
	Errors   []string `json:"errors"`
	Broken   []string `json:"broken"`
	At       []string `json:"at"` // places of the type checker's errors, as file:offset
	Findings []string `json:"findings"`
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: oracle judge|exports|members|expressions PATTERN")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(what, pattern string) error {
	program, err := load(pattern)
	if err != nil {
		return err
	}
	if what == "judge" { // which depends on all of the module's packages
		for _, one := range program.roots {
			program.check(one)
		}
	}
	encoder := json.NewEncoder(os.Stdout)
	for _, one := range program.roots {
		program.check(one)
		var said any
		switch what {
		case "exports":
			said = exportsOf(one, false)
		case "members":
			said = exportsOf(one, true)
		case "expressions":
			said = expressionsOf(program, one)
		default:
			if one.Module == nil || !one.Module.Main || !one.importsSDK() {
				continue
			}
			said = verdictOn(program, one)
		}
		if err := encoder.Encode(said); err != nil {
			return err
		}
		if what == "expressions" || what == "members" {
			one.info, one.files = nil, nil // frees memory: large Go modules have too much
		}
	}
	return nil
}

func verdictOn(program *program, one *loaded) verdict {
	judge := newJudge(program, one)
	judge.all()
	var at []string
	for _, problem := range one.problems {
		file, offset := program.place(problem.Pos)
		at = append(at, fmt.Sprintf("%s:%d", filepath.Base(file), offset))
	}
	sort.Strings(judge.findings)
	return verdict{one.Dir, one.errors, one.broken, at, judge.findings}
}

func (l *loaded) importsSDK() bool {
	for _, file := range l.files {
		for _, spec := range file.Imports {
			if pathOf(spec) == sdkPath {
				return true
			}
		}
	}
	return false
}

func pathOf(spec *ast.ImportSpec) string { return strings.Trim(spec.Path.Value, "`\"") }

func (j *judge) say(code string, at span) {
	file, start := j.program.place(at.pos)
	_, end := j.program.place(at.end)
	j.findings = append(j.findings, fmt.Sprintf("%s %s:%d-%d", code, filepath.Base(file), start, end))
}
