package udf

// Values as text for panics and logs, without package fmt.

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// format returns v as text. It recovers from panics in v's own method.
func format(v any) (text string) {
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
	return formatReflect(reflect.ValueOf(v), 0)
}

// formatReflect formats a value without a String or Error method, up to a small depth.
func formatReflect(v reflect.Value, depth int) string {
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
			return formatReflect(v.Elem(), depth+1)
		}
	case reflect.Slice, reflect.Array, reflect.Map, reflect.Struct:
		if depth < 4 {
			return formatNested(v, depth)
		}
	}
	return "(" + v.Type().String() + ")"
}

// formatNested formats a list, map or struct; of a long list or map, the first elements.
func formatNested(v reflect.Value, depth int) string {
	const limit = 16
	var parts []string
	switch v.Kind() {
	case reflect.Map:
		for it := v.MapRange(); it.Next(); {
			parts = append(parts, formatReflect(it.Key(), depth+1)+":"+formatReflect(it.Value(), depth+1))
		}
		slices.Sort(parts) // Go's order of maps is random
	case reflect.Struct:
		for i := range v.NumField() {
			parts = append(parts, v.Type().Field(i).Name+":"+formatReflect(v.Field(i), depth+1))
		}
		return "{" + strings.Join(parts, " ") + "}"
	default:
		for i := 0; i < v.Len() && i <= limit; i++ {
			parts = append(parts, formatReflect(v.Index(i), depth+1))
		}
	}
	if len(parts) > limit {
		parts = append(parts[:limit], "…")
	}
	return "[" + strings.Join(parts, " ") + "]"
}
