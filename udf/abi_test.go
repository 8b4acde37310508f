//go:build cgo && linux

package udf_test

// The exported C functions, driven by a host written in C (testdata/driver.c) that loads a UDF module
// (testdata/module) as libmod_go would.

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/GeertJohan/aerospike-mod-go/udf"
)

// tool builds with the Go and C compilers that build this test.
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

// module builds a main package of testdata/module and the driver; it gives a function that runs the driver
// on lines and gives what it prints, line by line, and what it prints on standard error.
func module(t *testing.T, main string) func(lines ...string) (out []string, stderr string) {
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
	so, driver := filepath.Join(dir, "module.so"), filepath.Join(dir, "driver")
	tool(t, "testdata/module", "go", "build", "-buildmode=c-shared", "-o", so, main)
	cc := strings.Fields(tool(t, ".", "go", "env", "CC"))
	tool(t, ".", cc[0], append(cc[1:], "-std=c11", "-Wall", "-Wextra", "-Werror", "-O2", "-I.", "-o", driver, "testdata/driver.c", "-ldl", "-lpthread")...)
	return func(lines ...string) ([]string, string) {
		t.Helper()
		c := exec.Command(driver, so)
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

func TestABI(t *testing.T) {
	run := module(t, "./cmd")

	// Each step is what to tell the driver and what it prints, of which paths are cut to their base.
	steps := []struct{ tell, want string }{
		{"version", "1.0"},
		{"apply getBin", "0 integer 0"}, // sets itself up
		{"setup", "0"},
		{"setup", "0"},
		{"property conn-name", "github.com/GeertJohan/aerospike-mod-go/udf"},
		{"property dispatch", "registry"},
		{"property build", `{"target":"linux/amd64"}`},
		{"property suports-dlclose", "false"},
		{"property setup-error", ""},
		{"property conn-version", udf.Version},
		{"property go-version", runtime.Version()},
		{"property supports-dlclose", "false"},
		{"property nonsense", ""},

		{"bin a i:5", ""},
		{"apply empty", "0 nil"},
		{"apply getBin", "0 integer 5"},
		{"apply add i:3", "0 integer 8"},
		{"apply addReflected i:4", "0 integer 12"},
		{"apply getBin", "0 integer 12"},
		{"apply sum", "0 integer 0"},
		{"apply sum i:1 i:2 i:39", "0 integer 42"},

		{"apply add", "2 string add expects 1 argument, got 0"},
		{"apply add i:1 i:2", "2 string add expects 1 argument, got 2"},
		{"apply add s:x", `2 string argument 1 of add: expected an integer, got the string "x"`},
		{"apply addReflected s:x", `2 string argument 1 of addReflected: expected an integer, got the string "x"`},
		{"apply small i:300", "2 string argument 1 of small: expected an integer from -128 to 127, got the integer 300"},
		{"apply small t:99:", "2 string argument 1 of small: there is no Aerospike type 99"},
		{"apply sum i:1 d:2", "2 string argument 2 of sum: expected an integer, got the double 2"},
		{"apply greet t:4:ff", "2 string argument 1 of greet: a string is not valid UTF-8"},
		{"apply echo l:9201", "2 string argument 1 of echo: the msgpack of this list or map is truncated"},
		{"apply Greeet", "1 string no function Greeet is registered; did you mean greet?"},

		{"apply echo n", "0 nil"},
		{"apply echo b:1", "0 boolean 1"},
		{"apply echo i:-9223372036854775808", "0 integer -9223372036854775808"},
		{"apply echo d:0.1", "0 double 0.10000000000000001"},
		{"apply echo d:nan", "0 double nan"},
		{"apply echo s:héllo", "0 string héllo"},
		{"apply echo s:", "0 string "},
		{"apply echo x:00ff", "0 bytes 00ff"},
		{"apply echo t:6:7b7d", "0 geojson {}"},
		{"apply echo t:7:0102", "0 hll 0102"},
		{"apply echo l:93c70001" + "a20361" + "90", "0 list 92" + "a20361" + "90"},
		{"apply echo m:82a2036201a2036102", "0 map 83c70001c0a2036102a2036201"},
		{"apply echo l:" + strings.Repeat("91", 64) + "01", "0 list " + strings.Repeat("91", 64) + "01"},
		{"apply echo l:" + strings.Repeat("91", 65) + "01", "2 string argument 1 of echo: lists and maps nest deeper than 64 levels"},

		{"apply fail", "3 string no luck today"},
		{"apply positive", "3 string the result of positive: the integer 9223372036854775808 is beyond Aerospike's 64 signed bits (at most 9223372036854775807)"},
		{"apply crash i:5", `4 string runtime error: index out of range [5] with length 0\nfunctions.go:72 module.pick\nfunctions.go:68 module.Crash`},
		{"apply crashCustom", `4 string {code:7}\nfunctions.go:76 module.CrashCustom`},
		{"apply getBin", "0 integer 12"},

		// Results below, at and above the size of the host's buffer.
		{"option buffer 8", ""},
		{"apply fill i:0", "0 string "},
		{"apply fill i:7", "0 string xxxxxxx"},
		{"apply fill i:8", "0 string xxxxxxxx"},
		{"apply fill i:9", "0 string xxxxxxxxx"},
		{"apply fail", "3 string no luck today"},
		{"option buffer 0", ""},
		{"apply fill i:1", "0 string x"},
		{"apply fail", "3 string no luck today"},
		{"apply fill i:100000", "0 string " + strings.Repeat("x", 100000)},
		{"option buffer 64", ""},

		// No bytes at no place.
		{"apply echo t:4:", "0 string "},
		{"apply echo x:", "0 bytes "},
		{"apply greet t:4:", "0 string hello "},
		{"apply echo t:6:", "0 geojson "},
		{"apply echo t:7:", "0 hll "},
		{"apply echo l:", "2 string argument 1 of echo: the msgpack of this list or map is truncated"},

		// A host of a later minor version, whose structs are larger, and hosts that have less than version 1.0.
		{"bin a i:12", ""},
		{"option call_size 4096", ""},
		{"option result_size 4096", ""},
		{"option table_size 4096", ""},
		{"apply add i:1", "0 integer 13"},
		{"option call_size 32", ""}, // up to the deadline
		{"apply add i:1", "0 integer 14"},
		{"option call_size 31", ""},
		{"apply add i:1", "7 string the host's call is smaller than that of version 1.0 of the ABI; use a newer host"},
		{"option call_size 0", ""},
		{"option result_size 8", ""},
		{"apply add i:1", "7 nil"},
		{"option result_size 0", ""},
		{"option table_size 32", ""}, // up to record_set
		{"apply getBin", "0 integer 14"},
		{"apply facts", "3 string listing the bins of the record: the host doesn't offer record_bin_names"},
		{"apply add i:-2", "3 string updating the record: the host doesn't offer record_update"},
		{"option table_size 0", ""},

		{"apply say s:hey", `log outer 1 hey n=1 who="a b" (functions.go:80)` + "\n0 nil"},
		{"option level 0", ""},
		{"apply say s:hey", "0 nil"},
		{"option level 3", ""},
		{"apply say s:hey", "log outer 3 not wanted (functions.go:79)\n" + `log outer 1 hey n=1 who="a b" (functions.go:80)` + "\n0 nil"},
		{"option nest 1", ""},
		{"apply nest", `log inner 1 nested n=1 who="a b" (functions.go:80)` + "\nlog outer 2 outer again (functions.go:137)\n0 nil"},

		{"reset", ""},
		{"bin n i:1", ""},
		{"bin s s:x", ""},
		// {bins: {n: 1, s: "x"}, digest: 20, exists: true, generation: 3, key: "k1", namespace: "test", set: "demo", ttl: -1}
		{"apply facts", "0 map 89c70001c0a50362696e7383c70001c0a2036e01a20373a20378a70364696765737414a703657869737473c3ab0367656e65726174696f6e03a4036b6579a3036b31" +
			"aa036e616d657370616365a50374657374a403736574a50364656d6fa40374746cff"},
		{"apply store s:b i:7", "0 nil"},
		{"apply store s:sixteen_bytes_xx i:7", `3 string creating the record: setting the bin "sixteen_bytes_xx": a bin's name has at most 15 bytes, this one has 16`},
		{"apply store s:b s:a", "0 nil"},
		{"apply store s:b l:91a4036100ff", `2 string argument 2 of store: element 0: a string is not valid UTF-8`},
		{"apply store s:b l:91a3036100", `3 string creating the record: setting the bin "b": element 0: a string inside a list or map holds a NUL byte, where Aerospike would cut it`},
		{"apply operate s:ttl i:-1", "ttl 4294967295\n0 nil"}, // udf.NeverExpires
		{"apply operate s:ttl i:0", "ttl 0\n0 nil"},
		{"apply operate s:ttl i:1500000000", "ttl 2\n0 nil"},
		{"apply operate s:ttl i:-2", "3 string setting the time to live to -2ns: it is from 0 to ten years, or udf.NeverExpires"},
		{"apply operate s:metadata i:0", "0 list 95cf0000018bcfe5687b6414a50364656d6f03"},
		{"apply operate s:exists i:0", "0 boolean 1"},
		{"option exists 0", ""},
		{"apply operate s:exists i:0", "0 boolean 0"},
		{"option exists 1", ""},
		{"apply operate s:get i:0", `3 string bin "a": the record has no such bin`},
		{"bin a i:200", ""},
		{"apply operate s:get i:0", `3 string bin "a": expected an integer from -128 to 127, got the integer 200`},
		{"apply operate s:unset i:0", "0 nil"},
		{"apply operate s:get i:0", `3 string bin "a": the record has no such bin`},
		{"option refuse 1", ""},
		{"apply store s:b i:8", "3 string creating the record: the namespace is read-only"},
		{"apply operate s:create i:0", "3 string creating the record: the namespace is read-only"},
		{"apply operate s:update i:0", "3 string updating the record: the namespace is read-only"},
		{"apply operate s:remove i:0", "3 string removing the record: the namespace is read-only"},
		{"option refuse 0", ""},
		{"apply keep", "0 nil"},
		{"apply kept", "3 string updating the record: the record was used after its call had ended, or after the next one of its stream was read; copy what you need instead of keeping the *udf.Record"},

		{"reset", ""},
		{"bin a i:1", ""},
		{"bin s s:x", ""},
		{"apply reread", "0 list dc0016" + "01" + "a20378" + "c0c0" + "02c0" + "03" + "a50374657874" + "c0" + "c0" +
			"c000030409" + "d96503" + strings.Repeat("78", 100) + "9101" + "c0" + "d96503" + strings.Repeat("78", 100) + "09" + "9101" + "04"},
		{"apply getBin", "0 integer 4"},

		// A call without a record, a host without functions, a host without a table.
		{"option record 0", ""},
		{"apply getBin", `3 string reading the bin "a": this call has no record`},
		{"apply empty", "0 nil"},
		{"apply store s:b i:8", `3 string creating the record: setting the bin "b": this call has no record`},
		{"reset", ""},
		{"option functions 0", ""},
		{"apply getBin", `3 string reading the bin "a": the host doesn't offer record_get`},
		{"apply facts", `3 string listing the bins of the record: the host doesn't offer record_bin_names`},
		{"apply store s:b i:8", `3 string creating the record: setting the bin "b": the host doesn't offer record_set`},
		{"apply empty", "0 nil"},
		{"apply operate s:create i:0", "3 string creating the record: the host doesn't offer record_create"},
		{"apply operate s:update i:0", "3 string updating the record: the host doesn't offer record_update"},
		{"apply operate s:remove i:0", "3 string removing the record: the host doesn't offer record_remove"},
		{"apply operate s:exists i:0", "3 string asking whether the record exists: the host doesn't offer record_exists"},
		{"apply operate s:unset i:0", `3 string unsetting the bin "a": the host doesn't offer record_unset`},
		{"apply operate s:ttl i:1", "3 string setting the time to live to 1ns: the host doesn't offer record_set_ttl"},
		{"apply operate s:metadata i:0", "3 string reading the metadata of the record: the host doesn't offer record_metadata"},
		{"apply operate s:get i:0", `3 string bin "a": the host doesn't offer record_get`},
		{"reset", ""},
		{"option host 0", ""},
		{"apply store s:b i:8", `3 string creating the record: setting the bin "b": the host doesn't offer record_set`},
		{"reset", ""},

		{"option deadline -5", ""},
		{"apply getBin", "5 string the deadline had passed DURATION before the call began"},
		{"option deadline 20", ""},
		{"apply wait", "3 string context deadline exceeded"},
		{"option deadline 0", ""},
		{"apply wait", "0 boolean 0"},

		// Streams: 1 is the nodes' part, 2 the client's, 3 the whole.
		{"reset", ""},
		{"records 4", ""},
		{"stream total 3 i:2", "write list 9109\n0 nil"},
		{"stream total 1 i:0", "write list 910a\n0 nil"},
		{"stream total 1 i:9", "0 nil"},
		{"stream total 2 i:0", "3 string stage 3, Reduce, takes int64, and what comes before it gives a record"},
		{"stream numbers 1", "write list 91a20378\nwrite string two\x00\nwrite list 92a403787878a50378787878\n0 nil"},
		{"stream stream 3", "3 string the stream gives records, which can't leave their node; make values of them with udf.Map or udf.Aggregate"},
		{"elements i:1 i:2 i:3 i:4 i:5 i:6 i:7 i:8 i:9 i:10 i:11", ""},
		{"stream total 2 i:0", "write list 9142\n0 nil"},
		{"counts", "read many 3, wrote many 1"},
		{"stream stream 2", "write list 9b0102030405060708090a0b\n0 nil"},
		{"elements s:a i:1 x:00 s:b l:93010203 i:2", ""},
		{"stream stream 2", "write list 96a2036101a20400a20362" + "9301020302\n0 nil"},
		{"option many 0", ""},
		{"stream stream 3", "write string a\nwrite integer 1\nwrite bytes 00\nwrite string b\nwrite list 93010203\nwrite integer 2\n0 nil"},
		{"counts", "read many 0, wrote many 0"},
		{"elements", ""},
		{"stream stream 3", "0 nil"},
		{"stream total 3 i:0", "0 nil"},
		{"elements i:5", ""},
		{"stream break 3", `4 string runtime error: index out of range [5] with length 0\nstreams.go:46 module.Break.func1`},
		{"stream total 3 i:0", "3 string stage 1, Map, takes *udf.Record, and what comes before it gives the integer 5"},
		{"stream total 3", "2 string total expects 1 argument, got 0"},
		{"stream total 3 s:x", `2 string argument 1 of total: expected an integer, got the string "x"`},
		{"elements i:5 i:6 i:7 i:8 i:9 i:10 i:11 i:12 i:13", ""},
		{"option many 1", ""},
		{"option deadline 20", ""},
		{"stream slow 3", "5 string the deadline passed when N of the stream's elements were read"},
		{"option deadline -5", ""},
		{"stream slow 3", "5 string the deadline had passed DURATION before the call began"},
		{"option deadline 0", ""},
		{"option refuse 1", ""},
		{"stream stream 3", "3 string the namespace is read-only"},
		{"option refuse 0", ""},
		{"option many 0", ""},
		{"option broken 2", ""},
		{"stream stream 3", "write integer 5\nwrite integer 6\n3 string reading element 3 of the stream: the namespace is read-only"},
		{"option broken 0", ""},
		{"option streams 0", ""},
		{"stream stream 3", "6 string the host doesn't offer streams (stream_read and stream_write)"},
		{"stream stream 4", "7 string the host asked for a scope that version 1.0 of the ABI doesn't have"},
		{"stream empty 3", "6 string empty is a record UDF; apply it to a record"},
		{"stream none 3", "1 string no function none is registered"},
		{"apply stream", "6 string stream is a stream UDF; apply it to a stream"},
		{"apply getBin", "0 integer 0"},
	}
	check(t, run, steps)
	// The same of a host that reads ahead and takes writes later.
	t.Setenv("AHEAD", "1")
	check(t, run, steps)
	t.Run("ahead", func(t *testing.T) {
		out, _ := run("bin a i:5", "bin n n", "apply getBin", "asked", "apply add i:3", "apply getBin", "asked")
		if want := []string{"0 integer 5", "got 0, set 0", "0 integer 8", "0 integer 8", "got 0, set 0"}; !slices.Equal(out, want) {
			t.Error(out)
		}
	})

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
		// More at once than have frames of their own, and later ones that get those of the first.
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

// Each UDF by a symbol of its own, found once: what happens is what happens by name.
func TestABIExported(t *testing.T) {
	run := module(t, "./dispatch/cmd")
	steps := []struct{ tell, want string }{
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
		{"apply @modgo_udf_gone", "1 string no function gone is registered; there is count, elsewhere, getBin, getBinReflected, increase"},
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

// check tells the driver each step and compares what it prints, of which paths are cut to their base.
func check(t *testing.T, run func(...string) ([]string, string), steps []struct{ tell, want string }) {
	t.Helper()
	var tell, want []string
	for _, s := range steps {
		tell = append(tell, s.tell)
		if s.want != "" || strings.HasPrefix(s.tell, "property") {
			want = append(want, strings.Split(s.want, "\n")...)
		}
	}
	got, stderr := run(tell...)
	if stderr != "" {
		t.Errorf("on standard error: %s", stderr)
	}
	path := regexp.MustCompile(`/[^ \\]*/((?:functions|streams).go:)`)
	passed := regexp.MustCompile(`passed \S+ before`)
	after := regexp.MustCompile(`passed when \d of`)
	for i, w := range want {
		if i >= len(got) {
			t.Fatalf("nothing where %q belongs", w)
		}
		g := passed.ReplaceAllString(path.ReplaceAllString(got[i], "$1"), "passed DURATION before")
		g = after.ReplaceAllString(g, "passed when N of")
		if strings.HasPrefix(w, "1 string no function none") {
			g = g[:min(len(g), len(w))]
		}
		if g != w {
			t.Errorf("line %d: %q; want %q", i, g, w)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d lines, want %d", len(got), len(want))
	}
}

// These packages make a module larger (docs/building.md says by how much); who wants them imports them.
func TestModulesStayLean(t *testing.T) {
	dependencies := strings.Fields(tool(t, ".", "go", "list", "-deps", ".", "./bind"))
	for _, heavy := range []string{"fmt", "os", "encoding/json", "log/slog"} {
		if slices.Contains(dependencies, heavy) {
			t.Errorf("package udf or bind imports %s", heavy)
		}
	}
}
