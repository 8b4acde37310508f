//go:build cgo && linux

package udf_test

// The exported C functions, called by a host written in C (testdata/driver.c) that loads a UDF module
// (testdata/module) as libmod_go would.

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// checkABI runs abiSteps on a host without prefetched bins and buffered writes, and on one that offers them.
func checkABI(t *testing.T, run driver) {
	t.Helper()
	check(t, run, abiSteps)
	t.Setenv("PREFETCH", "1")
	check(t, run, abiSteps)
	out, _ := run("bin a i:5", "bin n n", "apply getBin", "host calls", "apply add i:3", "apply getBin", "host calls")
	if want := []string{"0 integer 5", "get 0, set 0", "0 integer 8", "0 integer 8", "get 0, set 0"}; !slices.Equal(out, want) {
		t.Error(out)
	}
	// Only what the host did not prefetch, and what did not fit into its buffer, is read by a call.
	out, _ = run("bin a i:1", "apply reread", "host calls")
	if want := "get 15, set 3"; out[len(out)-1] != want {
		t.Error(out)
	}
}

// A module and a host of different minor versions work together: each accepts structs that are larger than its own,
// and none that are smaller than in version 1.0.
func TestABIMinorVersions(t *testing.T) {
	later := nextMinor(t)
	module, laterModule := buildModule(t, ".", "./cmd"), buildModule(t, later, "./cmd")
	host, laterHost := buildDriver(t, "."), buildDriver(t, later)
	for _, one := range []struct{ name, module, host, version string }{
		{"same", module, host, "1.0"},
		{"later module", laterModule, host, "1.1"},
		{"later host", module, laterHost, "1.0"},
	} {
		t.Run(one.name, func(t *testing.T) {
			run := load(t, one.module, one.host)
			check(t, run, []step{{"version", one.version}})
			checkABI(t, run)
		})
	}
}

// nextMinor copies the SDK and makes it one of version 1.1 of the ABI, in which every struct that carries its size has
// another field. It returns the folder.
func nextMinor(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(".")); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "aerospike_udf_go.h")
	header, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	header = bytes.Replace(header, []byte("VERSION_MINOR 0"), []byte("VERSION_MINOR 1"), 1)
	sized := regexp.MustCompile(`(?s)(struct \w+ \{\n\s*uint32_t size;.*?)(\n\})`)
	if n := len(sized.FindAll(header, -1)); n != 4 {
		t.Fatalf("%d structs of the header carry their size, not 4", n)
	}
	write(t, path, sized.ReplaceAll(header, []byte("$1\n\tuint64_t added_in_1_1[3];$2")))
	return dir
}

// The same with Go's checks of pointers that cross to C (cgocheck2) and of unsafe conversions (checkptr).
func TestABIPointers(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles the standard library once more")
	}
	t.Setenv("GOEXPERIMENT", "cgocheck2")
	checkABI(t, load(t, buildModule(t, ".", "./cmd", "-gcflags=all=-d=checkptr"), buildDriver(t, ".")))
}

func TestABI(t *testing.T) {
	run := module(t, "./cmd")
	t.Run("functions", func(t *testing.T) {
		out, _ := run("property functions")
		var list []map[string]any
		if err := json.Unmarshal([]byte(out[0]), &list); err != nil {
			t.Fatal(err)
		}
		for _, f := range list {
			if f["name"] == "add" && f["doc"] == "Add adds n to the bin a." {
				return
			}
		}
		t.Error(out[0])
	})
	t.Run("threads", func(t *testing.T) {
		// More threads than there are thread numbers, and threads that reuse the numbers of ended ones.
		out, stderr := run("setups 64", "bin a i:5", "threads getBin 20000 16", "threads getBin 20 400", "threads getBin 20 400", "apply getBin")
		if len(out) != 5 || out[0] != strings.TrimSpace(strings.Repeat("0 ", 64)) || out[4] != "0 integer 5" || stderr != "" {
			t.Error(out, stderr)
		}
	})
	t.Run("registered too late", func(t *testing.T) {
		out, stderr := run("apply operate s:register i:0", "apply late s:exists i:0")
		want := "aerospike udf: \"late\" (operate.go:29) is registered after the module was set up, so nobody can call it; register it in an init function\n"
		if len(out) != 2 || out[0] != "0 nil" || !strings.HasPrefix(out[1], "1 string no function late is registered") || stderr != want {
			t.Error(out, stderr)
		}
	})
	t.Run("goroutine logs to standard error", func(t *testing.T) {
		out, stderr := run("apply sayElsewhere")
		if len(out) != 1 || stderr != "aerospike udf: INFO (functions.go:144) from elsewhere\n" {
			t.Error(out, stderr)
		}
	})
}

func TestABISetupFails(t *testing.T) {
	run := module(t, "./broken")
	out, stderr := run("setups 8", "setup", "property setup-error", "apply twice", "property functions", "property dispatch")
	text := strings.Join(out, "\n")
	for _, want := range []string{"3 3 3 3 3 3 3 3\n3\nsetup failed, there are 2 problems", `- "twice" (main.go:`, `- "channel" (main.go:`, "7 string setup failed"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
	if strings.Count(stderr, "setup failed") != 1 {
		t.Errorf("standard error: %s", stderr)
	}
}

// UDFs with a C function of their own return the same as when called by name.
func TestABISymbols(t *testing.T) {
	run := module(t, "./dispatch/cmd")
	steps := []step{
		{"bin a i:5", ""},
		{"apply @modgo_udf_getBin", "0 integer 5"}, // sets itself up
		{"setup", "0"},
		{"property dispatch", "exported"},
		{"apply getBin", "0 integer 5"},
		{"apply getBinReflected", "0 integer 5"},
		{"apply @modgo_udf_getBin i:1", "2 string getBin expects no arguments, got 1"},
		{"apply @modgo_udf_increase i:1", "log outer 2 increasing n=1 (functions.go:26)\n0 integer 2"},
		{"apply @modgo_udf_increase s:x", `2 string argument 1 of increase: expected an integer, got the string "x"`},
		{"apply @modgo_udf_increase i:-1", "log outer 2 increasing n=-1 (functions.go:26)\n3 string too small"},
		{"apply @modgo_udf_increase i:101", "log outer 2 increasing n=101 (functions.go:26)\n" + `4 string too large\nfunctions.go:31 dispatch.Increase`},
		{"apply @modgo_udf_gone", "1 string no function gone is registered; registered are count, elsewhere, getBin, getBinReflected, increase"},
		{"apply @modgo_udf_beyond", "7 string the generated symbols are not those of BuildInfo.Symbols; build the module again"},
		{"apply @modgo_udf_elsewhere", "6 string count is a stream UDF; apply it to a stream"},
		{"records 3", ""},
		{"stream @modgo_udf_count 3", "write list 9103\n0 nil"},
		{"stream count 3", "write list 9103\n0 nil"},
		{"option deadline -5", ""},
		{"stream @modgo_udf_count 3", "5 string the deadline had passed DURATION before the call began"},
		{"apply @modgo_udf_getBin", "5 string the deadline had passed DURATION before the call began"},
	}
	check(t, run, steps)
	out, _ := run("setup", "property functions")
	if !strings.Contains(out[1], `"symbol":"modgo_udf_getBin"`) {
		t.Error(out)
	}
	if out, _ := run("setup", "bin a i:5", "threads @modgo_udf_getBin 20000 16", "apply @modgo_udf_getBin"); len(out) != 3 || out[2] != "0 integer 5" {
		t.Error(out)
	}
}

// These packages make a module larger (docs/building.md has the figures), so only UDFs that need them import them.
func TestModulesStaySmall(t *testing.T) {
	dependencies := strings.Fields(tool(t, ".", "go", "list", "-deps", ".", "./bind"))
	for _, heavy := range []string{"fmt", "os", "encoding/json", "log/slog"} {
		if slices.Contains(dependencies, heavy) {
			t.Errorf("package udf or bind imports %s", heavy)
		}
	}
}
