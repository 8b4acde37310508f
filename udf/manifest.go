package udf

// The property `functions`: a JSON array of the registered functions. Written by hand, for encoding/json
// would make every module a third larger.

import (
	"path"
	"reflect"
	"runtime"
	"strconv"
	"strings"
	"unicode/utf8"
)

// manifest gives the JSON array, in the order of names.
func (m *module) manifest() string {
	var list []string
	for _, name := range m.names {
		if f := m.functions[name]; f != nil {
			list = append(list, f.descriptor)
		}
	}
	return "[" + strings.Join(list, ",") + "]"
}

// describe makes the JSON object of a function without generated code: what reflection knows.
func describe(name string, fn reflect.Value, s signature) string {
	kind := "record"
	if s.stream {
		kind = "stream"
	}
	var params, results []string
	for i, t := range s.params {
		text := typeText(t)
		if s.variadic && i == len(s.params)-1 {
			text = "..." + typeText(t.Elem())
		}
		params = append(params, `{"name":"","type":`+jsonString(text)+`}`)
	}
	for i := range fn.Type().NumOut() {
		results = append(results, jsonString(typeText(fn.Type().Out(i))))
	}
	var location string
	if f := runtime.FuncForPC(fn.Pointer()); f != nil {
		file, line := f.FileLine(f.Entry())
		location = path.Base(file) + ":" + strconv.Itoa(line)
	}
	return `{"name":` + jsonString(name) + `,"kind":"` + kind + `","params":[` + strings.Join(params, ",") +
		`],"results":[` + strings.Join(results, ",") + `],"doc":"","location":` + jsonString(location) +
		`,"symbol":"","bins":null,"bin_arguments":[],"context":` + strconv.FormatBool(s.context) + `}`
}

// typeText writes a type as people do today.
func typeText(t reflect.Type) string { return strings.ReplaceAll(t.String(), "interface {}", "any") }

// jsonString quotes s as JSON does.
func jsonString(s string) string {
	const hex = "0123456789abcdef"
	out := []byte{'"'}
	for _, c := range strings.ToValidUTF8(s, "\uFFFD") {
		switch {
		case c == '"' || c == '\\':
			out = append(out, '\\', byte(c))
		case c < 0x20:
			out = append(out, `\u00`...)
			out = append(out, hex[c>>4], hex[c&15])
		default:
			out = utf8.AppendRune(out, c)
		}
	}
	return string(append(out, '"'))
}
