package value

// Which Go types have an Aerospike value. Checked when a module is set up; the linter checks the same from source.

import (
	"errors"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
)

var supportedCache sync.Map // reflect.Type → error or nil

// Supported returns nil if t can be an argument, a result or part of one, else an error that says why not and what to
// use instead.
func Supported(t reflect.Type) error {
	if scalarKind(t.Kind()) {
		return nil
	}
	if known, ok := supportedCache.Load(t); ok {
		err, _ := known.(error)
		return err
	}
	err := checkType(t, nil)
	supportedCache.Store(t, err)
	return err
}

func scalarKind(k reflect.Kind) bool {
	return k == reflect.Bool || k == reflect.String || k == reflect.Float32 || k == reflect.Float64 ||
		k >= reflect.Int && k <= reflect.Uint64
}

// checkType is Supported for a type that is nested in those of path.
func checkType(t reflect.Type, path []reflect.Type) error {
	kind := t.Kind()
	if scalarKind(kind) || IsDeclared(t) {
		return nil
	}
	if slices.Contains(path, t) {
		return errors.New(t.String() + " contains itself; Aerospike's values are trees of a known shape, use any for the part that repeats")
	}
	if known, ok := supportedCache.Load(t); ok && known == nil {
		return nil // it contains none of path, or it would not be supported
	}
	err := checkKind(t, append(path, t))
	if err == nil {
		supportedCache.Store(t, nil) // or deeply nested structs would take exponential time
	}
	return err
}

// checkKind is checkType for a type that is neither scalar nor declared, and is the last of path.
func checkKind(t reflect.Type, path []reflect.Type) error {
	switch t.Kind() {
	case reflect.Interface:
		return checkInterface(t)
	case reflect.Slice, reflect.Pointer:
		return checkType(t.Elem(), path)
	case reflect.Map:
		if err := checkKey(t.Key()); err != nil {
			return err
		}
		return checkType(t.Elem(), path)
	case reflect.Struct:
		return checkStruct(t, path)
	}
	return errors.New(t.String() + " has no Aerospike value" + remedy(t))
}

func checkInterface(t reflect.Type) error {
	if t.NumMethod() == 0 {
		return nil
	}
	return errors.New(t.String() + " is an interface with methods, which no Aerospike value has; use udf.Value")
}

func checkStruct(t reflect.Type, path []reflect.Type) error {
	counted := fieldsOf(t)
	if len(counted.list) == 0 {
		return errors.New(t.String() + counted.nothing(t))
	}
	for _, f := range counted.list {
		if err := checkType(f.typ, path); err != nil {
			return within("field "+strconv.Quote(f.name)+" of "+t.String(), err)
		}
	}
	return nil
}

// nothing ends a sentence about t, whose fields are all left out: why that is so.
func (f *fields) nothing(t reflect.Type) string {
	if len(f.clash) > 0 {
		return ": its " + clashing(t, f.clash) + " left out, and nothing is left that could be stored"
	}
	text := " has no exported field, so nothing of it would be stored"
	if t.PkgPath() == "time" && t.Name() == "Time" {
		text += "; use its UnixNano() or UnixMilli() as an int64"
	}
	return text
}

// clashing names fields of t that have the same key: `fields X and Y have one key, "n", so both are`.
func clashing(t reflect.Type, clash []field) string {
	var names []string
	for _, one := range clash {
		var path []string
		for i := range one.index {
			path = append(path, t.FieldByIndex(one.index[:i+1]).Name)
		}
		if name := strings.Join(path, "."); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	last := len(names) - 1
	if last == 0 {
		return "field " + names[0] + " is embedded twice, so it is"
	}
	all := "all"
	if last == 1 {
		all = "both"
	}
	return "fields " + strings.Join(names[:last], ", ") + " and " + names[last] + " have one key, " +
		strconv.Quote(clash[0].name) + ", so " + all + " are"
}

func checkKey(t reflect.Type) error {
	if t == declared.bytesKey {
		return nil
	}
	switch k := t.Kind(); {
	case t == declared.geoJSON:
	case k == reflect.String, k >= reflect.Int && k <= reflect.Uint64:
		return nil
	case k == reflect.Interface && t.NumMethod() == 0:
		return nil
	case k == reflect.Array && t.Elem().Kind() == reflect.Uint8:
		return nil
	}
	return errKey(t.String())
}

// remedy ends a sentence about an unsupported type: what to use instead.
func remedy(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Array:
		if t.Elem().Kind() == reflect.Uint8 {
			return " other than as a map's key; use []byte"
		}
		return "; use the slice []" + t.Elem().String()
	case reflect.Uintptr:
		return "; use uint64"
	case reflect.Complex64, reflect.Complex128:
		return "; use a list of two float64"
	}
	return ""
}
