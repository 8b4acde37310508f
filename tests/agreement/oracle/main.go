// The oracle of the agreement harness: what rules.md says of the packages of a Go module, judged on go/types.
//
// Prints one JSON object a package of the main modules that imports the SDK: its folder, whether go/types
// accepts it, and its findings as "CODE file:line". Shares no code with what it is held against.
//
// With a pattern as its argument it prints what the packages that match export, for others to register.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sort"
)

const sdkPath = "github.com/GeertJohan/aerospike-mod-go/udf"

type verdict struct {
	Dir      string   `json:"dir"`
	Errors   []string `json:"errors"`
	Findings []string `json:"findings"`
}

func main() {
	pattern := "./..."
	if len(os.Args) > 1 {
		pattern = os.Args[1]
	}
	program, err := load(pattern)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	encoder := json.NewEncoder(os.Stdout)
	if len(os.Args) > 1 {
		for _, one := range program.roots {
			_ = encoder.Encode(exportsOf(one))
		}
		return
	}
	for _, one := range program.roots {
		if one.Module == nil || !one.Module.Main || !one.importsSDK() {
			continue
		}
		judge := newJudge(program, one)
		if len(one.errors) == 0 {
			judge.all()
		}
		findings := judge.findings
		sort.Strings(findings)
		if err := encoder.Encode(verdict{one.Dir, one.errors, findings}); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

func (l *loaded) importsSDK() bool {
	for _, file := range l.files {
		for _, spec := range file.Imports {
			if spec.Path.Value == `"`+sdkPath+`"` {
				return true
			}
		}
	}
	return false
}

func (j *judge) say(code string, at interface{ Pos() position }) {
	place := j.program.fset.Position(at.Pos())
	j.findings = append(j.findings, fmt.Sprintf("%s %s:%d", code, filepath.Base(place.Filename), place.Line))
}
