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
	origin := origin{own: registrars()}
	for {
		f, more := frames.Next()
		if f.Function == "runtime.gopanic" {
			origin.goroot = strings.TrimSuffix(f.File, "runtime/panic.go")
		}
		if f.Function == sdk+".(*frame).run" {
			break
		}
		if origin.isUser(f) {
			name := f.Function[strings.LastIndexByte(f.Function, '/')+1:]
			b.WriteString("\n" + f.File + ":" + strconv.Itoa(f.Line) + " " + name)
		}
		if !more {
			break
		}
	}
	return b.String()
}

// origin tells user code from Go's own library.
type origin struct {
	goroot string          // the folder of its sources, "" in a build with -trimpath
	own    map[string]bool // how the import paths of user code begin, with -trimpath
}

// registrars gives how the import paths of the packages begin that register functions.
func registrars() map[string]bool {
	own := map[string]bool{}
	declared.Lock()
	defer declared.Unlock()
	for _, pc := range declared.callers {
		if f := runtime.FuncForPC(pc); f != nil {
			own[firstElement(f.Name())] = true
		}
	}
	return own
}

// firstElement gives the first element of the import path that a function's full name begins with.
func firstElement(function string) string {
	if first, _, deep := strings.Cut(function, "/"); deep {
		return first
	}
	first, _, _ := strings.Cut(function, ".")
	return first
}

// isUser says whether a frame is of the UDF module's own code. Generated files have names that begin with zz_.
func (o origin) isUser(f runtime.Frame) bool {
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
	if o.goroot != "" {
		return !strings.HasPrefix(f.File, o.goroot)
	}
	first := firstElement(f.Function) // the linker writes a dot in a path's last element as %2e
	return strings.Contains(first, ".") || strings.Contains(first, "%2e") || o.own[first]
}

// isOwnFile says whether file is a source of this package.
func isOwnFile(file string) bool {
	_, here, _, _ := runtime.Caller(0)
	folder, _ := path.Split(file)
	own, _ := path.Split(here)
	return folder == own && !strings.HasSuffix(file, "_test.go")
}
