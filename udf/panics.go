package udf

// The text of a panic: its value and the UDF's own frames.

import (
	"path"
	"reflect"
	"runtime"
	"strconv"
	"strings"
)

// panicText returns the panic's text, followed by the frames of user code as lines of "file:line function". It must be
// called by the deferred function that recovers, while the stack of the panic still exists.
func panicText(p any) string {
	text := format(p)
	if text == "" {
		text = "panic with an empty text"
	}
	return strings.ToValidUTF8(text+userFrames(), "\uFFFD")
}

// sdk is the import path of this package, also when it is vendored.
var sdk = reflect.TypeFor[Record]().PkgPath()

// userFrames returns the frames of user code: not those of the standard library, the SDK and generated code.
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

// origin distinguishes user code from the standard library.
type origin struct {
	goroot string          // the folder of the library's sources, "" with -trimpath
	own    map[string]bool // the first elements of import paths of user code, for -trimpath
}

// registrars returns the first elements of the import paths of packages that register functions.
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

// firstElement returns the first element of the import path in a function's full name.
func firstElement(function string) string {
	if first, _, deep := strings.Cut(function, "/"); deep {
		return first
	}
	first, _, _ := strings.Cut(function, ".")
	return first
}

// isUser reports whether f is user code. The names of generated files begin with zz_.
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
		return false // a generic function of the SDK, such as Map, inlined and named after its caller
	}
	if o.goroot != "" {
		return !strings.HasPrefix(f.File, o.goroot)
	}
	first := firstElement(f.Function) // the linker writes a dot in a path's last element as %2e
	return strings.Contains(first, ".") || strings.Contains(first, "%2e") || o.own[first]
}

// isOwnFile reports whether file is a source of this package.
func isOwnFile(file string) bool {
	_, here, _, _ := runtime.Caller(0)
	folder, _ := path.Split(file)
	own, _ := path.Split(here)
	return folder == own && !strings.HasSuffix(file, "_test.go")
}
