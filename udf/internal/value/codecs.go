package value

// Codecs: conversions of lists, maps and structs that modgo generates for the types of a module. Reflection looks for one
// at each list, map and struct, so both can convert parts of one value. They return the same values and errors.
//
// A codec is made of functions of two shapes, Decoder and Encoder. Those of scalars are below, generic; generated
// functions of structs call them.

import (
	"reflect"
	"strconv"
	"strings"
	"unsafe"
)

// Reader and Item are what a Decoder reads from.
type (
	Reader = reader
	Item   = item
)

// Decoder decodes an item, and the elements that follow it, into *p.
type Decoder[T any] = func(r *Reader, it Item, p *T, depth int) error

// Encoder appends *p as msgpack.
type Encoder[T any] = func(dst []byte, p *T, depth int) ([]byte, error)

// codec converts one type. encode is passed a value of the type, decode and encodeAt the address of one.
type codec struct {
	decode   func(r *reader, it item, p unsafe.Pointer, depth int) error
	encodeAt func(dst []byte, p unsafe.Pointer, depth int) ([]byte, error)
	encode   func(dst []byte, v any, depth int) ([]byte, error)
}

// codecs has no lock: only init functions add to it.
var codecs map[reflect.Type]*codec

// codecOf returns the codec of t, or nil.
func codecOf(t reflect.Type) *codec {
	if len(codecs) == 0 { // Go would hash t all the same
		return nil
	}
	return codecs[t]
}

// AddCodec makes decode and encode the codec of T. encodeAny encodes a T in an interface. It is not encode on the value,
// because the argument of a function that the compiler doesn't know would be moved to the heap.
//
// keys are those of a struct, as Keys returns them. If they are not those that reflection finds, the code was generated
// from another source than was compiled, and T is left to reflection.
func AddCodec[T any](keys string, decode Decoder[T], encode Encoder[T], encodeAny func([]byte, any, int) ([]byte, error)) {
	t := reflect.TypeFor[T]()
	if t.Kind() == reflect.Struct && keysOf(t) != keys || Supported(t) != nil {
		return
	}
	if codecs == nil {
		codecs = map[reflect.Type]*codec{}
	}
	codecs[t] = &codec{
		decode: func(r *reader, it item, p unsafe.Pointer, depth int) error { return decode(r, it, (*T)(p), depth) },
		encodeAt: func(dst []byte, p unsafe.Pointer, depth int) ([]byte, error) {
			return encode(dst, (*T)(p), depth)
		},
		encode: encodeAny,
	}
}

// WithoutCodecs calls f as if there were none. It is for tests.
func WithoutCodecs(f func()) {
	saved := codecs
	codecs = nil
	defer func() { codecs = saved }()
	f()
}

// HasCodec reports whether t has a codec. It is for tests.
func HasCodec(t reflect.Type) bool { return codecOf(t) != nil }

// keysOf lists the keys of a struct, each after the path of its field and before its option.
func keysOf(t reflect.Type) string {
	var lines []string
	for _, f := range fieldsOf(t).list {
		var path []string
		for i := range f.index {
			path = append(path, t.FieldByIndex(f.index[:i+1]).Name)
		}
		line := strings.Join(path, ".") + " " + f.name
		if f.omitEmpty {
			line += ",omitempty"
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// decodeByCodec decodes into v if its type has a codec; done is false if it has none.
func (r *reader) decodeByCodec(it item, v reflect.Value, depth int) (done bool, err error) {
	c := codecOf(v.Type())
	if c == nil || !v.CanAddr() {
		return false, nil
	}
	return true, c.decode(r, it, v.Addr().UnsafePointer(), depth)
}

// toByCodec is To for a type that has a codec.
func toByCodec[T any](raw Raw, c *codec) (T, error) {
	var both struct { // one allocation
		r reader
		v T
	}
	var it item
	var err error
	if both.r, it, err = open(raw, false); err != nil {
		return both.v, err
	}
	if err = c.decode(&both.r, it, unsafe.Pointer(&both.v), 0); err == nil {
		err = both.r.close()
	}
	return both.v, err
}

// encodeByCodec is Encode for a type that has a codec.
func encodeByCodec(v any, c *codec, scratch []byte) (Raw, []byte, error) {
	out, err := c.encode(scratch[:0], v, 0)
	if err != nil {
		return Raw{}, scratch, err
	}
	return ofCollection(out), out, nil
}

// appendByCodec appends v if its type has a codec; done is false if it has none.
func appendByCodec(dst []byte, v reflect.Value, depth int) (out []byte, done bool, err error) {
	c := codecOf(v.Type())
	switch {
	case c == nil:
		return dst, false, nil
	case v.CanAddr():
		out, err = c.encodeAt(dst, v.Addr().UnsafePointer(), depth)
	case v.CanInterface():
		out, err = c.encode(dst, v.Interface(), depth)
	default:
		return dst, false, nil
	}
	return out, true, err
}

// Fields returns the number of pairs of a map that is decoded to the struct T.
func Fields[T any](it Item, depth int) (int, error) {
	switch {
	case it.typ != Map:
		return 0, mismatch(reflect.TypeFor[T](), it)
	case depth >= DepthMax:
		return 0, errTooDeep
	}
	return it.count, nil
}

// Field reads the key and the head of the value of one pair. The key is nil if it is no string, so no field's.
func (r *reader) Field() (key []byte, it Item, err error) {
	head, err := r.next()
	if err != nil {
		return nil, it, err
	}
	switch head.typ {
	case String:
		key = head.data()
	case Integer, Bytes:
	default:
		return nil, it, errKey(describe(head))
	}
	it, err = r.next()
	return key, it, err
}

// Skip reads past the elements of a value without a field.
func (r *reader) Skip(it Item, depth int) error {
	if it.typ < List {
		return nil
	}
	return r.skip(it, depth)
}

// InField prefixes an error with the field that it is about.
func InField[T string | []byte](name T, err error) error {
	return within("field "+strconv.Quote(string(name)), err)
}

// AppendStruct appends the head of a struct with n fields.
func AppendStruct(dst []byte, n, depth int) ([]byte, error) {
	if depth >= DepthMax {
		return dst, errTooDeep
	}
	return appendMapHead(dst, n), nil
}
