package udf

// The text of a panic: what was panicked with, and the UDF's own frames.

import (
	"path"
	"reflect"
	"runtime"
	"strconv"
	"strings"
)

// panicText gives the panic's text and, after a newline each, the frames of user code as "file:line function".
// It is called while the panic is being recovered, so the stack of the panic is still there.
func panicText(p any) string {
	text := textOf(p)
	if text == "" {
		text = "panic with an empty text"
	}
	return strings.ToValidUTF8(text+userFrames(), "\uFFFD")
}

// sdk is the import path of this package, whatever it is vendored as.
var sdk = reflect.TypeFor[Record]().PkgPath()

// userFrames gives the frames that are neither Go's own, nor the SDK's, nor generated.
func userFrames() string {
	var pcs [64]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs[:])])
	var b strings.Builder
	goroot := ""
	for {
		f, more := frames.Next()
		if f.Function == "runtime.gopanic" {
			goroot = strings.TrimSuffix(f.File, "runtime/panic.go") // "" in a build with -trimpath
		}
		if f.Function == sdk+".(*frame).run" {
			break
		}
		if isUser(f, goroot) {
			name := f.Function[strings.LastIndexByte(f.Function, '/')+1:]
			b.WriteString("\n" + f.File + ":" + strconv.Itoa(f.Line) + " " + name)
		}
		if !more {
			break
		}
	}
	return b.String()
}

// isUser says whether a frame is of the UDF module's own code. Generated files have names that begin with zz_.
func isUser(f runtime.Frame, goroot string) bool {
	base := f.File[strings.LastIndexByte(f.File, '/')+1:]
	switch {
	case f.Function == "", strings.HasPrefix(base, "zz_"):
		return false
	case strings.HasPrefix(f.Function, "runtime."), strings.HasPrefix(f.Function, "reflect."):
		return false
	case strings.HasPrefix(f.Function, sdk+"."), strings.HasPrefix(f.Function, sdk+"/"):
		return false
	case isOwnFile(f.File):
		return false // inlined of a generic function, such as Map, and named after its caller
	}
	return goroot == "" || !strings.HasPrefix(f.File, goroot)
}

// isOwnFile says whether file is a source of this package.
func isOwnFile(file string) bool {
	_, here, _, _ := runtime.Caller(0)
	folder, _ := path.Split(file)
	own, _ := path.Split(here)
	return folder == own && !strings.HasSuffix(file, "_test.go")
}
