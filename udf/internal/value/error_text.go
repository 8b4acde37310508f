package value

// Error texts in Aerospike's terms: what a Go type expects, what a value is.

import (
	"errors"
	"math"
	"reflect"
	"strconv"
	"unicode/utf8"
)

// String returns Aerospike's name of the type.
func (t Type) String() string {
	names := [...]string{"nil", "boolean", "integer", "double", "string", "bytes", "GeoJSON", "HLL", "list", "map"}
	if int(t) < len(names) {
		return names[t]
	}
	return "type " + strconv.FormatUint(uint64(t), 10)
}

// article returns the type's name with its article, if it has one.
func article(t Type) string {
	switch t {
	case Nil, Bytes, GeoJSON:
		return t.String()
	case Integer, HLL:
		return "an " + t.String()
	}
	return "a " + t.String()
}

// describe names an item in an error: a scalar by type and value, others by type and size.
func describe(it item) string {
	switch it.typ {
	case Boolean:
		return "the boolean " + strconv.FormatBool(it.integer != 0)
	case Integer:
		return "the integer " + strconv.FormatInt(it.integer, 10)
	case Double:
		f := math.Float64frombits(uint64(it.integer))
		return "the double " + strconv.FormatFloat(f, 'g', -1, 64)
	case String:
		return "the string " + quote(it.data())
	case Bytes, GeoJSON, HLL:
		return it.typ.String() + " (" + strconv.Itoa(len(it.data())) + " bytes long)"
	case List:
		return "a list of " + strconv.Itoa(it.count)
	case Map:
		return "a map of " + strconv.Itoa(it.count)
	}
	return article(it.typ)
}

// Describe names raw in an error.
func Describe(raw Raw) string {
	_, it, err := open(raw, true)
	if err != nil {
		return article(raw.Type)
	}
	return describe(it)
}

// quote quotes b for an error, cut to 40 bytes.
func quote(b []byte) string {
	const limit = 40
	if len(b) <= limit {
		return strconv.Quote(string(b))
	}
	cut := limit
	for cut > limit-utf8.UTFMax && !utf8.RuneStart(b[cut]) {
		cut--
	}
	return strconv.Quote(string(b[:cut])) + "…"
}

// expectation names the values that a Go type accepts.
func expectation(t reflect.Type) string {
	switch t {
	case declared.geoJSON:
		return "GeoJSON"
	case declared.hll:
		return "an HLL"
	case declared.bytesKey:
		return "bytes"
	case declared.listView:
		return "a list"
	case declared.mapView:
		return "a map"
	}
	switch t.Kind() {
	case reflect.Bool:
		return "a boolean"
	case reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int:
		if bits := t.Bits(); bits < 64 {
			limit := int64(1) << (bits - 1)
			return "an integer from " + strconv.FormatInt(-limit, 10) + " to " + strconv.FormatInt(limit-1, 10)
		}
	case reflect.Uint8, reflect.Uint16, reflect.Uint32:
		return "an integer from 0 to " + strconv.FormatUint(1<<t.Bits()-1, 10)
	case reflect.Uint, reflect.Uint64:
		return "an integer of 0 or more"
	case reflect.Float32, reflect.Float64:
		return "a double"
	case reflect.String:
		return "a string"
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			return "bytes"
		}
		return "a list"
	case reflect.Array: // as a map key
		return strconv.Itoa(t.Len()) + " bytes"
	case reflect.Map:
		return "a map"
	case reflect.Struct:
		return "a map with the fields of " + t.String()
	case reflect.Pointer:
		return expectation(t.Elem()) + " or nil"
	}
	return "an integer"
}

// mismatch returns the error for an item that a Go type doesn't accept.
func mismatch(t reflect.Type, it item) error {
	return errors.New("expected " + expectation(t) + ", got " + describe(it))
}

// Mismatch returns the error for a value that a Go type doesn't accept.
func Mismatch(t reflect.Type, raw Raw) error {
	_, it, err := open(raw, true)
	if err != nil {
		return err
	}
	return mismatch(t, it)
}

// within prefixes an error with the element, key or field that it is about: "element 3: …". Errors of the document as a
// whole stay as they are; errTooDeep would have 64 prefixes.
func within(path string, err error) error {
	if err == errTooDeep || err == errTruncated {
		return err
	}
	return errors.New(path + ": " + err.Error())
}
