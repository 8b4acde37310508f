package value

// Decoding of lists, maps and structs by reflection.

import (
	"reflect"
	"strconv"
)

func (r *reader) decodeSlice(it item, v reflect.Value, depth int) error {
	t := v.Type()
	bytes := t.Elem().Kind() == reflect.Uint8
	switch {
	case it.typ == Nil:
		v.SetZero()
		return nil
	case bytes && it.typ == Bytes:
		v.SetBytes(append([]byte{}, it.data()...))
		return nil
	case bytes || it.typ != List:
		return mismatch(t, it)
	case depth >= DepthMax:
		return errTooDeep
	}
	// Grows as elements arrive: the count comes from outside, and an element of one byte may be large in Go.
	list := reflect.MakeSlice(t, min(it.count, 1024), min(it.count, 1024))
	for i := range it.count {
		if i == list.Len() {
			list = reflect.AppendSlice(list, reflect.MakeSlice(t, min(it.count-i, i), min(it.count-i, i)))
		}
		next, err := r.next()
		if err != nil {
			return err
		}
		if err := r.decode(next, list.Index(i), depth+1); err != nil {
			return within(element(i), err)
		}
	}
	v.Set(list)
	return nil
}

func (r *reader) decodeMap(it item, v reflect.Value, depth int) error {
	t := v.Type()
	switch {
	case it.typ == Nil:
		v.SetZero()
		return nil
	case it.typ != Map:
		return mismatch(t, it)
	case depth >= DepthMax:
		return errTooDeep
	}
	m := reflect.MakeMapWithSize(t, min(it.count, 1024))
	for range it.count {
		head, err := r.next()
		if err != nil {
			return err
		}
		key := reflect.New(t.Key()).Elem()
		if err := r.decodeKey(head, key); err != nil {
			return ofKey(head, err)
		}
		next, err := r.next()
		if err != nil {
			return err
		}
		elem := reflect.New(t.Elem()).Elem()
		if err := r.decode(next, elem, depth+1); err != nil {
			return within(keyName(head), err)
		}
		m.SetMapIndex(key, elem)
	}
	v.Set(m)
	return nil
}

func (r *reader) decodeKey(it item, v reflect.Value) error {
	switch v.Kind() {
	case reflect.Interface:
		key, err := r.anyKey(it)
		if err != nil {
			return err
		}
		v.Set(reflect.ValueOf(key))
		return nil
	case reflect.Array:
		if it.typ != Bytes || len(it.data()) != v.Len() {
			return mismatch(v.Type(), it)
		}
		for i, b := range it.data() {
			v.Index(i).SetUint(uint64(b))
		}
		return nil
	}
	return r.decode(it, v, 0)
}

func (r *reader) decodeStruct(it item, v reflect.Value, depth int) error {
	switch {
	case it.typ != Map:
		return mismatch(v.Type(), it)
	case depth >= DepthMax:
		return errTooDeep
	}
	fields := fieldsOf(v.Type())
	for range it.count {
		head, err := r.next()
		if err != nil {
			return err
		}
		if head.typ != Integer && head.typ != String && head.typ != Bytes {
			return errKey(describe(head))
		}
		next, err := r.next()
		if err != nil {
			return err
		}
		f, ok := fields.find(head)
		if !ok {
			if err := r.skip(next, depth+1); err != nil {
				return err
			}
			continue
		}
		target, err := f.settable(v)
		if err == nil {
			err = r.decode(next, target, depth+1)
		}
		if err != nil {
			return within("field "+strconv.Quote(f.name), err)
		}
	}
	return nil
}
