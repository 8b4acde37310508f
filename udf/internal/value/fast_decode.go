package value

// The types that most UDFs use, read and written without reflection: decode.go and encode.go do the same for
// every type, several times slower. Both answer alike, word for word.

import (
	"errors"
	"reflect"
	"unicode/utf8"
)

// errUnknown says that reflection is needed.
var errUnknown = errors.New("not a type that is read without reflection")

// known reads the rest of it into *place; errUnknown where place is a pointer to another type. It tells
// nobody of place, so that what it points to can be on the stack.
func (r *reader) known(it item, place any, depth int) (err error) {
	switch p := place.(type) {
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
		return r.knownCollection(it, place, depth)
	}
	return mismatch(reflect.TypeOf(place).Elem(), it)
}

// knownCollection is the part of known for lists and maps.
func (r *reader) knownCollection(it item, place any, depth int) error {
	switch p := place.(type) {
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
	return errUnknown
}

// most is how many elements are made room for before any of them is read: the count is the sender's.
const most = 1024

// collection judges the head of a list or map for a *T; ready is false where nothing follows.
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

func readList[E any](r *reader, it item, place *[]E, depth int) error {
	*place = nil
	if ready, err := collection[[]E](it, List, depth); !ready {
		return err
	}
	list := make([]E, 0, min(it.count, most))
	for i := range it.count {
		next, err := r.next()
		if err != nil {
			return err
		}
		var zero E
		list = append(list, zero)
		if err := r.known(next, &list[i], depth+1); err != nil {
			return within(element(i), err)
		}
	}
	*place = list
	return nil
}

// readIntegers is readList that reads the integers of one byte itself.
func readIntegers(r *reader, it item, place *[]int64, depth int) error {
	*place = nil
	if ready, err := collection[[]int64](it, List, depth); !ready {
		return err
	}
	list := make([]int64, 0, min(it.count, most))
	for i := range it.count {
		if r.at < len(r.b) && r.b[r.at] < 0x80 {
			list = append(list, int64(r.b[r.at]))
			r.at++
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
	*place = list
	return nil
}

func readMap[K int64 | string, V any](r *reader, it item, place *map[K]V, depth int) error {
	*place = nil
	if ready, err := collection[map[K]V](it, Map, depth); !ready {
		return err
	}
	m := make(map[K]V, min(it.count, most))
	var key K // declared in the loop, both would be on the heap
	var v V
	for range it.count {
		start := r.at
		if err := r.key(&key); err != nil {
			return err
		}
		next, err := r.next()
		if err != nil {
			return err
		}
		if err := r.known(next, &v, depth+1); err != nil {
			r.at = start
			head, _ := r.next()
			return within(at(head), err)
		}
		m[key] = v
	}
	*place = m
	return nil
}

// key reads a map's key into *place, an int64 or string.
func (r *reader) key(place any) error {
	if p, ok := place.(*string); ok {
		if *p, ok = r.shortText(); ok {
			return nil
		}
	}
	head, err := r.next()
	if err != nil {
		return err
	}
	if err = r.known(head, place, 0); err != nil {
		err = ofKey(head, err)
	}
	return err
}

// shortText reads a string of up to 30 ASCII characters, as most keys are; false, with nothing read, where
// something else comes next.
func (r *reader) shortText() (string, bool) {
	if r.at+2 > len(r.b) || len(r.b) > sharedMax || r.b[r.at]&0xe0 != 0xa0 || r.b[r.at+1] != particleString {
		return "", false
	}
	from, to := r.at+2, r.at+1+int(r.b[r.at]&0x1f)
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
	r.at = to
	return r.shared[from:to], true
}

// sharedMax is up to how many bytes of a document its strings share one copy of it: one allocation instead of
// one a string. A UDF that keeps one of them keeps them all, so it is small.
const sharedMax = 1 << 10

// text returns the text of it, the string item that was read last.
func (r *reader) text(it item) (string, error) {
	if !r.lenient && !utf8.Valid(it.data()) {
		return "", errUTF8
	}
	if len(it.data()) == 0 || len(r.b) == 0 || len(r.b) > sharedMax {
		return string(it.data()), nil
	}
	if r.shared == "" {
		r.shared = string(r.b)
	}
	return r.shared[r.at-it.count : r.at], nil
}
