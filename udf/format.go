package udf

// Text of any value without package fmt, for panics and logs.

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// textOf gives v as text. What its own method does, even panic, is its business: textOf survives it.
func textOf(v any) (text string) {
	defer func() {
		if recover() != nil {
			text = "(" + typeName(v) + " whose text panics)"
		}
	}()
	switch v := v.(type) {
	case nil:
		return "nil"
	case error:
		return v.Error()
	case interface{ String() string }:
		return v.String()
	case []byte:
		return strconv.Quote(string(v))
	}
	return reflectedText(reflect.ValueOf(v), 0)
}

// reflectedText gives the text of a value without a method for it, nested ones to a small depth.
func reflectedText(v reflect.Value, depth int) string {
	switch v.Kind() {
	case reflect.Invalid:
		return "nil"
	case reflect.Bool:
		return strconv.FormatBool(v.Bool())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return strconv.FormatInt(v.Int(), 10)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return strconv.FormatUint(v.Uint(), 10)
	case reflect.Float32, reflect.Float64:
		return strconv.FormatFloat(v.Float(), 'g', -1, v.Type().Bits())
	case reflect.String:
		return v.String()
	case reflect.Interface, reflect.Pointer:
		if v.IsNil() {
			return "nil"
		}
		if depth < 4 {
			return reflectedText(v.Elem(), depth+1)
		}
	case reflect.Slice, reflect.Array, reflect.Map, reflect.Struct:
		if depth < 4 {
			return nestedText(v, depth)
		}
	}
	return "(" + v.Type().String() + ")"
}

// nestedText gives the text of a list, map or struct, of a long one its beginning.
func nestedText(v reflect.Value, depth int) string {
	const limit = 16
	var parts []string
	switch v.Kind() {
	case reflect.Map:
		for it := v.MapRange(); it.Next(); {
			parts = append(parts, reflectedText(it.Key(), depth+1)+":"+reflectedText(it.Value(), depth+1))
		}
		slices.Sort(parts) // for Go's own order changes from time to time
	case reflect.Struct:
		for i := range v.NumField() {
			parts = append(parts, v.Type().Field(i).Name+":"+reflectedText(v.Field(i), depth+1))
		}
		return "{" + strings.Join(parts, " ") + "}"
	default:
		for i := 0; i < v.Len() && i <= limit; i++ {
			parts = append(parts, reflectedText(v.Index(i), depth+1))
		}
	}
	if len(parts) > limit {
		parts = append(parts[:limit], "…")
	}
	return "[" + strings.Join(parts, " ") + "]"
}
