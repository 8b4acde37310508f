//go:build cgo && linux

package udf_test

// Builds modules and the driver of the tests of the ABI, and runs the driver.

import (
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// tool runs a program in dir, with the Go settings of these builds, and returns its output.
func tool(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	c := exec.Command(name, args...)
	c.Dir = dir
	c.Env = append(os.Environ(), "CGO_ENABLED=1", "GOFLAGS=-mod=mod", "GOWORK=off")
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

// driver runs testdata/driver on lines, and returns the lines that it prints and its standard error.
type driver func(lines ...string) (out []string, stderr string)

// module builds a main package of testdata/module and the driver, both of this SDK.
func module(t *testing.T, main string) driver {
	t.Helper()
	return load(t, buildModule(t, ".", main), buildDriver(t, "."))
}

// buildModule builds a main package of testdata/module with the SDK in the folder sdk.
func buildModule(t *testing.T, sdk, main string, flags ...string) (so string) {
	t.Helper()
	sources := os.DirFS("testdata")
	err := fs.WalkDir(sources, ".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			_, err = fs.ReadFile(sources, path) // so that go test knows what the cached result depends on
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	so, modfile := filepath.Join(dir, "module.so"), filepath.Join(dir, "go.mod")
	mod, err := os.ReadFile("testdata/module/go.mod")
	if err != nil {
		t.Fatal(err)
	}
	sdk, err = filepath.Abs(sdk)
	if err != nil {
		t.Fatal(err)
	}
	write(t, modfile, bytes.Replace(mod, []byte("=> ../.."), []byte("=> "+sdk), 1))
	arguments := append([]string{"build", "-modfile", modfile, "-buildmode=c-shared", "-o", so}, flags...)
	tool(t, "testdata/module", "go", append(arguments, main)...)
	return so
}

// buildDriver builds testdata/driver.c with the header in the folder include.
func buildDriver(t *testing.T, include string) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "driver")
	cc := strings.Fields(tool(t, ".", "go", "env", "CC"))
	tool(t, ".", cc[0], append(cc[1:], "-std=c11", "-Wall", "-Wextra", "-Wshadow", "-Werror", "-O2", "-I"+include, "-o", program, "testdata/driver.c", "-ldl", "-lpthread")...)
	return program
}

// load makes a driver of the program and a module.
func load(t *testing.T, so, program string) driver {
	return func(lines ...string) ([]string, string) {
		t.Helper()
		c := exec.Command(program, so)
		c.Stdin = strings.NewReader(strings.Join(lines, "\n") + "\n")
		var errors bytes.Buffer
		c.Stderr = &errors
		out, err := c.Output()
		if err != nil {
			t.Fatalf("the driver: %v\n%s%s", err, out, errors.String())
		}
		return strings.Split(strings.TrimSuffix(string(out), "\n"), "\n"), errors.String()
	}
}

func write(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// step is a line for the driver and what it prints, in which paths are cut to their base.
type step struct{ line, want string }

// check runs the steps and compares what the driver prints.
func check(t *testing.T, run driver, steps []step) {
	t.Helper()
	var lines, want []string
	for _, s := range steps {
		lines = append(lines, s.line)
		if s.want != "" || strings.HasPrefix(s.line, "property") {
			want = append(want, strings.Split(s.want, "\n")...)
		}
	}
	got, stderr := run(lines...)
	if stderr != "" {
		t.Errorf("on standard error: %s", stderr)
	}
	path := regexp.MustCompile(`/[^ \\]*/((?:functions|streams).go:)`)
	passed := regexp.MustCompile(`passed \S+ before`)
	after := regexp.MustCompile(`passed after \d+ elements`)
	for i, w := range want {
		if i >= len(got) {
			t.Fatalf("nothing where %q belongs", w)
		}
		g := passed.ReplaceAllString(path.ReplaceAllString(got[i], "$1"), "passed DURATION before")
		g = after.ReplaceAllString(g, "passed after N elements")
		if strings.HasPrefix(w, "1 string no function none") {
			g = g[:min(len(g), len(w))]
		}
		g = strings.TrimSuffix(g, "-X:cgocheck2") // of go-version
		if g != w {
			t.Errorf("line %d: %q; want %q", i, g, w)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d lines, want %d", len(got), len(want))
	}
}
