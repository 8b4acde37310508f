package value

// Fast paths for the types that most UDFs use: several times faster than the reflection of decode.go and encode.go,
// which support every type. Both return the same values and the same error texts.

import (
	"errors"
	"reflect"
	"unicode/utf8"
)

// errNoFastPath reports that a type needs reflection.
var errNoFastPath = errors.New("no fast path for this type")

// decodeFast decodes it, and the elements that follow it, into *ptr; errNoFastPath if ptr points to a type that needs
// reflection. ptr does not escape, so the caller's variable can stay on the stack.
func (r *reader) decodeFast(it item, ptr any, depth int) (err error) {
	switch p := ptr.(type) {
	case *int64:
		if it.typ == Integer {
			*p = it.integer
			return nil
		}
	case *int:
		if it.typ == Integer && int64(int(it.integer)) == it.integer {
			*p = int(it.integer)
			return nil
		}
	case *float64:
		if it.typ == Double || it.typ == Integer {
			*p, err = toFloat(it, 64)
			return err
		}
	case *bool:
		if it.typ == Boolean {
			*p = it.integer != 0
			return nil
		}
	case *string:
		if it.typ == String {
			*p, err = r.text(it)
			return err
		}
	case *[]byte:
		if it.typ == Bytes || it.typ == Nil {
			*p = nil
			if it.typ == Bytes {
				*p = append([]byte{}, it.data()...)
			}
			return nil
		}
	case *any:
		*p, err = r.any(it, depth)
		return err
	default:
		return r.decodeFastCollection(it, ptr, depth)
	}
	return mismatch(reflect.TypeOf(ptr).Elem(), it)
}

// decodeFastCollection is decodeFast for lists and maps.
func (r *reader) decodeFastCollection(it item, ptr any, depth int) error {
	switch p := ptr.(type) {
	case *[]int64:
		return readIntegers(r, it, p, depth)
	case *[]int:
		return readList(r, it, p, depth)
	case *[]float64:
		return readList(r, it, p, depth)
	case *[]bool:
		return readList(r, it, p, depth)
	case *[]string:
		return readList(r, it, p, depth)
	case *[][]byte:
		return readList(r, it, p, depth)
	case *[]any:
		return readList(r, it, p, depth)
	case *map[any]any:
		*p = nil
		if ready, err := collection[map[any]any](it, Map, depth); !ready {
			return err
		}
		m, err := r.anyMap(it, depth)
		*p = m
		return err
	case *[]map[string]any:
		return readList(r, it, p, depth)
	case *map[string]int64:
		return readMap(r, it, p, depth)
	case *map[string]int:
		return readMap(r, it, p, depth)
	case *map[string]float64:
		return readMap(r, it, p, depth)
	case *map[string]bool:
		return readMap(r, it, p, depth)
	case *map[string]string:
		return readMap(r, it, p, depth)
	case *map[string]any:
		return readMap(r, it, p, depth)
	case *map[int64]int64:
		return readMap(r, it, p, depth)
	case *map[int64]string:
		return readMap(r, it, p, depth)
	case *map[int64]any:
		return readMap(r, it, p, depth)
	}
	return errNoFastPath
}

// maxPrealloc limits how many elements are allocated before they are read: the count comes from outside.
const maxPrealloc = 1024

// collection checks the head of a list or map for a *T. ready is false if nothing is to be decoded.
func collection[T any](it item, want Type, depth int) (ready bool, err error) {
	switch {
	case it.typ == Nil:
		return false, nil
	case it.typ != want:
		return false, mismatch(reflect.TypeFor[T](), it)
	case depth >= DepthMax:
		return false, errTooDeep
	}
	return true, nil
}

func readList[E any](r *reader, it item, ptr *[]E, depth int) error {
	*ptr = nil
	if ready, err := collection[[]E](it, List, depth); !ready {
		return err
	}
	list := make([]E, 0, min(it.count, maxPrealloc))
	for i := range it.count {
		next, err := r.next()
		if err != nil {
			return err
		}
		var zero E
		list = append(list, zero)
		if err := r.decodeFast(next, &list[i], depth+1); err != nil {
			return within(element(i), err)
		}
	}
	*ptr = list
	return nil
}

// readIntegers is readList[int64] with a shortcut for integers of one byte.
func readIntegers(r *reader, it item, ptr *[]int64, depth int) error {
	*ptr = nil
	if ready, err := collection[[]int64](it, List, depth); !ready {
		return err
	}
	list := make([]int64, 0, min(it.count, maxPrealloc))
	for i := range it.count {
		if r.off < len(r.b) && r.b[r.off] < 0x80 {
			list = append(list, int64(r.b[r.off]))
			r.off++
			continue
		}
		next, err := r.next()
		if err != nil {
			return err
		}
		if next.typ != Integer {
			return within(element(i), mismatch(reflect.TypeFor[int64](), next))
		}
		list = append(list, next.integer)
	}
	*ptr = list
	return nil
}

func readMap[K int64 | string, V any](r *reader, it item, ptr *map[K]V, depth int) error {
	*ptr = nil
	if ready, err := collection[map[K]V](it, Map, depth); !ready {
		return err
	}
	m := make(map[K]V, min(it.count, maxPrealloc))
	var key K // declared in the loop, both would be allocated for each pair
	var v V
	for range it.count {
		start := r.off
		if err := r.key(&key); err != nil {
			return err
		}
		next, err := r.next()
		if err != nil {
			return err
		}
		if err := r.decodeFast(next, &v, depth+1); err != nil {
			r.off = start
			head, _ := r.next()
			return within(keyName(head), err)
		}
		m[key] = v
	}
	*ptr = m
	return nil
}

// key decodes a map key into *ptr, an int64 or string.
func (r *reader) key(ptr any) error {
	if p, ok := ptr.(*string); ok {
		if *p, ok = r.shortText(); ok {
			return nil
		}
	}
	head, err := r.next()
	if err != nil {
		return err
	}
	if err = r.decodeFast(head, ptr, 0); err != nil {
		err = ofKey(head, err)
	}
	return err
}

// shortText reads a string of up to 30 ASCII characters, as most keys are. If something else comes next, it reads
// nothing and returns false.
func (r *reader) shortText() (string, bool) {
	if r.off+2 > len(r.b) || len(r.b) > maxShared || r.b[r.off]&0xe0 != 0xa0 || r.b[r.off+1] != particleString {
		return "", false
	}
	from, to := r.off+2, r.off+1+int(r.b[r.off]&0x1f)
	if to > len(r.b) || to < from {
		return "", false
	}
	for _, c := range r.b[from:to] {
		if c >= utf8.RuneSelf {
			return "", false
		}
	}
	if r.shared == "" {
		r.shared = string(r.b)
	}
	r.off = to
	return r.shared[from:to], true
}

// maxShared is the size of documents, in bytes, whose strings are cut from one copy: one allocation instead of one a
// string. It is small, because a UDF that retains one of the strings retains the whole copy.
const maxShared = 1 << 10

// text returns the text of it, which must be the item that was read last.
func (r *reader) text(it item) (string, error) {
	if !r.lenient && !utf8.Valid(it.data()) {
		return "", errUTF8
	}
	if len(it.data()) == 0 || len(r.b) == 0 || len(r.b) > maxShared {
		return string(it.data()), nil
	}
	if r.shared == "" {
		r.shared = string(r.b)
	}
	return r.shared[r.off-it.count : r.off], nil
}
