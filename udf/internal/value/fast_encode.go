package value

// Fast paths for encoding: see fast_decode.go.

// EncodeFast encodes *ptr as Encode does; known is false if ptr points to a type that needs reflection. ptr does not
// escape.
func EncodeFast(ptr any, scratch []byte) (raw Raw, out []byte, known bool, err error) {
	if p, ok := ptr.(*any); ok {
		raw, out, err = Encode(*p, scratch)
		return raw, out, true, err
	}
	out, known, err = appendFast(scratch[:0], ptr, 0)
	if !known || err != nil {
		return Raw{}, scratch, known, err
	}
	return ofCollection(out), out, true, nil
}

// ofCollection returns the list, map or nil of which b is the msgpack.
func ofCollection(b []byte) Raw {
	switch {
	case b[0] == 0xc0:
		return Raw{}
	case b[0] >= 0x90 && b[0] <= 0x9f, b[0] == 0xdc, b[0] == 0xdd:
		return OfBytes(List, b)
	}
	return OfBytes(Map, b)
}

// appendFast appends the list or map *ptr as msgpack; known is false if ptr points to another type.
func appendFast(dst []byte, ptr any, depth int) (out []byte, known bool, err error) {
	known = true
	switch p := ptr.(type) {
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

// appendFastElement appends *ptr, an element of a type that appendFast supports.
func appendFastElement(dst []byte, ptr any, depth int) ([]byte, error) {
	switch p := ptr.(type) {
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
	dst, _, err := appendFast(dst, ptr, depth)
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
		if dst, err = appendFastElement(dst, &list[i], depth+1); err != nil {
			return dst, within(element(i), err)
		}
	}
	return dst, nil
}

// entry is one pair of a map.
type entry[K, V any] struct {
	key   K
	value V
}

// maxOnStack is the number of pairs up to which a map is sorted without allocating.
const maxOnStack = 16

func appendKeyed[K int64 | string, V any](dst []byte, m map[K]V, depth int) ([]byte, error) {
	if m == nil {
		return append(dst, 0xc0), nil
	}
	if depth >= DepthMax {
		return dst, errTooDeep
	}
	var buf [maxOnStack]entry[K, V]
	entries := buf[:0]
	if len(m) > len(buf) {
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
			e = &entries[order[i].index]
		}
		var err error
		if dst, err = appendFastElement(dst, &e.key, 0); err == nil {
			dst, err = appendFastElement(dst, &e.value, depth+1)
		}
		if err != nil {
			return dst, within(keyNameOf(&e.key), err)
		}
	}
	return dst, nil
}

// sortEntries sorts up to maxOnStack entries by key. It leaves more as they are, and returns their order.
func sortEntries[K int64 | string, V any](list []entry[K, V]) (order []sortKey) {
	if len(list) > maxOnStack {
		order = make([]sortKey, len(list))
		for i := range list {
			order[i] = sortKey{rawKey(&list[i].key), i}
		}
		sortKeys(order)
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

// rawKey returns *key, an int64 or string, as a Raw, unchecked.
func rawKey(key any) Raw {
	switch k := key.(type) {
	case *int64:
		return OfInteger(*k)
	case *string:
		return OfString(String, *k)
	}
	return Raw{}
}

// keyNameOf names *key in an error.
func keyNameOf(key any) string { return keyName(scalarItem(rawKey(key))) }
