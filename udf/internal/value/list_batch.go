package value

// Lists read and written element by element: the batches in which the values of a stream cross the ABI.

import "reflect"

// Elements reads a list element by element. Its zero value is an empty list.
type Elements struct {
	r    reader
	left int
}

// OpenList starts reading a list.
func OpenList(raw Raw) (Elements, error) {
	r, it, err := open(raw, true)
	if err != nil || it.typ != List {
		if err == nil {
			err = mismatch(reflect.TypeFor[[]any](), it)
		}
		return Elements{}, err
	}
	e := Elements{r, it.count}
	if e.left == 0 {
		err = r.close()
	}
	return e, err
}

// Next returns the next element, which points into the list; false at the end.
func (e *Elements) Next() (Raw, bool, error) {
	if e.left == 0 {
		return Raw{}, false, nil
	}
	from := e.r.off
	it, err := e.r.next()
	if err == nil {
		err = e.r.skip(it, 0)
	}
	e.left--
	if err == nil && e.left == 0 {
		err = e.r.close()
	}
	if err != nil {
		return Raw{}, false, err
	}
	if it.typ >= List {
		return OfBytes(it.typ, e.r.b[from:e.r.off]), true, nil
	}
	raw := OfBytes(it.typ, it.data())
	raw.Integer = it.integer
	return raw, true, nil
}

// maxListHead is the size of the longest head of a list, in bytes.
const maxListHead = 5

// ListWriter collects values in a list.
type ListWriter struct {
	b     []byte // maxListHead bytes for the head, then the elements
	count int
}

// Add appends v. For a value that can't be in a list, such as a string with a NUL or one that nests too deep, it
// changes nothing and returns false.
func (w *ListWriter) Add(v Raw) bool {
	if len(w.b) == 0 {
		w.b = append(w.b, make([]byte, maxListHead)...)
	}
	before := len(w.b)
	if v.Type >= List {
		r, it, err := open(v, true)
		if err != nil || r.skip(it, 1) != nil || r.close() != nil {
			return false
		}
		w.b = append(w.b, v.Bytes()...)
	} else {
		var err error
		if w.b, err = appendRaw(w.b, v); err != nil {
			w.b = w.b[:before]
			return false
		}
	}
	w.count++
	return true
}

// Count returns the number of values.
func (w *ListWriter) Count() int { return w.count }

// Size returns the size of the list so far, in bytes.
func (w *ListWriter) Size() int { return len(w.b) }

// List returns the list, valid until Reset, or nil if there are no values.
func (w *ListWriter) List() Raw {
	if w.count == 0 {
		return Raw{}
	}
	var buf [maxListHead]byte
	head := appendListHead(buf[:0], w.count)
	from := maxListHead - len(head)
	copy(w.b[from:], head)
	return OfBytes(List, w.b[from:])
}

// Reset removes all values.
func (w *ListWriter) Reset() { w.b, w.count = w.b[:0], 0 }
