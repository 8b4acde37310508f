package value

// Lists element by element: what streams of values travel in. Not for lists as Go values.

import "reflect"

// Elements reads a list one element after the other. Its zero value is empty.
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

// Next gives the next element, which borrows the list; false where there is none.
func (e *Elements) Next() (Raw, bool, error) {
	if e.left == 0 {
		return Raw{}, false, nil
	}
	from := e.r.at
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
		return OfBytes(it.typ, e.r.b[from:e.r.at]), true, nil
	}
	raw := OfBytes(it.typ, it.data())
	raw.Integer = it.integer
	return raw, true, nil
}

// headRoom is the longest head of a list, in bytes.
const headRoom = 5

// ListWriter gathers values in a list.
type ListWriter struct {
	b     []byte // the elements, behind room for the head
	count int
}

// Add appends v; false, and nothing is changed, for one that a list can't hold, as a string with a NUL
// or one that nests too deep for it.
func (w *ListWriter) Add(v Raw) bool {
	if len(w.b) == 0 {
		w.b = append(w.b, make([]byte, headRoom)...)
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

// Count gives the number of values.
func (w *ListWriter) Count() int { return w.count }

// Size gives the bytes that they take.
func (w *ListWriter) Size() int { return len(w.b) }

// List gives the list, which is good until Reset; nil where there are no values.
func (w *ListWriter) List() Raw {
	if w.count == 0 {
		return Raw{}
	}
	var room [headRoom]byte
	head := appendListHead(room[:0], w.count)
	from := headRoom - len(head)
	copy(w.b[from:], head)
	return OfBytes(List, w.b[from:])
}

// Reset forgets the values.
func (w *ListWriter) Reset() { w.b, w.count = w.b[:0], 0 }
