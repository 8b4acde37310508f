package value

// The part of fast_decode.go that writes.

// EncodeAt converts *place as Encode does; known is false where place points to a type that is written by
// reflection alone. It tells nobody of place itself.
func EncodeAt(place any, scratch []byte) (raw Raw, out []byte, known bool, err error) {
	if p, ok := place.(*any); ok {
		raw, out, err = Encode(*p, scratch)
		return raw, out, true, err
	}
	out, known, err = appendKnown(scratch[:0], place, 0)
	switch {
	case !known || err != nil:
		return Raw{}, scratch, known, err
	case out[0] == 0xc0:
		return Raw{}, out, true, nil
	case out[0] >= 0x90 && out[0] <= 0x9f, out[0] == 0xdc, out[0] == 0xdd:
		return OfBytes(List, out), out, true, nil
	}
	return OfBytes(Map, out), out, true, nil
}

// appendKnown appends the list or map at place as msgpack; known is false where it points to something else.
func appendKnown(dst []byte, place any, depth int) (out []byte, known bool, err error) {
	known = true
	switch p := place.(type) {
	case *[]int64:
		out, err = appendList(dst, *p, depth)
	case *[]int:
		out, err = appendList(dst, *p, depth)
	case *[]float64:
		out, err = appendList(dst, *p, depth)
	case *[]bool:
		out, err = appendList(dst, *p, depth)
	case *[]string:
		out, err = appendList(dst, *p, depth)
	case *[][]byte:
		out, err = appendList(dst, *p, depth)
	case *[]any:
		out, err = appendList(dst, *p, depth)
	case *map[any]any:
		out, err = appendAnyKeyed(dst, *p, depth)
	case *[]map[string]any:
		out, err = appendList(dst, *p, depth)
	case *map[string]int64:
		out, err = appendKeyed(dst, *p, depth)
	case *map[string]int:
		out, err = appendKeyed(dst, *p, depth)
	case *map[string]float64:
		out, err = appendKeyed(dst, *p, depth)
	case *map[string]bool:
		out, err = appendKeyed(dst, *p, depth)
	case *map[string]string:
		out, err = appendKeyed(dst, *p, depth)
	case *map[string]any:
		out, err = appendKeyed(dst, *p, depth)
	case *map[int64]int64:
		out, err = appendKeyed(dst, *p, depth)
	case *map[int64]string:
		out, err = appendKeyed(dst, *p, depth)
	case *map[int64]any:
		out, err = appendKeyed(dst, *p, depth)
	default:
		return dst, false, nil
	}
	return out, true, err
}

// appendAt appends *place, an element of a type that appendKnown knows.
func appendAt(dst []byte, place any, depth int) ([]byte, error) {
	switch p := place.(type) {
	case *int64:
		if uint64(*p) < 0x80 {
			return append(dst, byte(*p)), nil
		}
		return appendInteger(dst, *p), nil
	case *int:
		return appendInteger(dst, int64(*p)), nil
	case *float64:
		return appendDouble(dst, *p), nil
	case *bool:
		if *p {
			return append(dst, 0xc3), nil
		}
		return append(dst, 0xc2), nil
	case *string:
		return appendText(dst, *p)
	case *[]byte:
		if *p == nil {
			return append(dst, 0xc0), nil
		}
		return appendBlob(dst, particleBytes, *p, false)
	case *any:
		return appendAny(dst, *p, depth)
	}
	dst, _, err := appendKnown(dst, place, depth)
	return dst, err
}

func appendList[E any](dst []byte, list []E, depth int) ([]byte, error) {
	if list == nil {
		return append(dst, 0xc0), nil
	}
	if depth >= DepthMax {
		return dst, errTooDeep
	}
	dst = appendListHead(dst, len(list))
	for i := range list {
		var err error
		if dst, err = appendAt(dst, &list[i], depth+1); err != nil {
			return dst, within(element(i), err)
		}
	}
	return dst, nil
}

// entry is one pair of a map on its way out.
type entry[K, V any] struct {
	key   K
	value V
}

// sortedOnStack is up to how many pairs a map is sorted without memory of its own.
const sortedOnStack = 16

func appendKeyed[K int64 | string, V any](dst []byte, m map[K]V, depth int) ([]byte, error) {
	if m == nil {
		return append(dst, 0xc0), nil
	}
	if depth >= DepthMax {
		return dst, errTooDeep
	}
	var room [sortedOnStack]entry[K, V]
	entries := room[:0]
	if len(m) > len(room) {
		entries = make([]entry[K, V], 0, len(m))
	}
	for k, v := range m {
		entries = append(entries, entry[K, V]{k, v})
	}
	order := sortEntries(entries)
	dst = appendMapHead(dst, len(entries))
	for i := range entries {
		e := &entries[i]
		if order != nil {
			e = &entries[order[i].place]
		}
		var err error
		if dst, err = appendAt(dst, &e.key, 0); err == nil {
			dst, err = appendAt(dst, &e.value, depth+1)
		}
		if err != nil {
			return dst, within(placeOf(&e.key), err)
		}
	}
	return dst, nil
}

// sortEntries brings few entries in the order of their keys; of many it gives the order instead.
func sortEntries[K int64 | string, V any](list []entry[K, V]) (order []ranked) {
	if len(list) > sortedOnStack {
		order = make([]ranked, len(list))
		for i := range list {
			order[i] = ranked{rawKey(&list[i].key), i}
		}
		sortRanked(order)
		return order
	}
	for i := 1; i < len(list); i++ {
		e := list[i]
		j := i
		for ; j > 0 && e.key < list[j-1].key; j-- {
			list[j] = list[j-1]
		}
		list[j] = e
	}
	return nil
}

// rawKey gives the int64 or string at key as a value, unchecked.
func rawKey(key any) Raw {
	switch k := key.(type) {
	case *int64:
		return OfInteger(*k)
	case *string:
		return OfString(String, *k)
	}
	return Raw{}
}

// placeOf names the place of a key in a map.
func placeOf(key any) string { return at(scalarItem(rawKey(key))) }
