package documents

import (
	"maps"
	"slices"

	"github.com/GeertJohan/aerospike-mod-go/udf"
)

// set replaces the value of a key that the list or map has.
func set(parent udf.Value, key string, value udf.Value) (udf.Value, error) {
	if _, err := find(parent, []string{key}); err != nil {
		return nil, err
	}
	if list, ok := parent.([]udf.Value); ok {
		i, _ := index(key, len(list)-1)
		list[i] = value
	} else {
		parent.(map[udf.Value]udf.Value)[key] = value
	}
	return parent, nil
}

// add sets a key of a map, or inserts into a list; the key "-" appends.
func add(parent udf.Value, key string, value udf.Value) (udf.Value, error) {
	switch parent := parent.(type) {
	case map[udf.Value]udf.Value:
		parent[key] = value
		return parent, nil
	case []udf.Value:
		if key == "-" {
			return append(parent, value), nil
		}
		i, err := index(key, len(parent))
		if err != nil {
			return nil, err
		}
		return slices.Insert(parent, i, value), nil
	}
	return nil, errNotThere
}

func remove(parent udf.Value, key string) (udf.Value, error) {
	if _, err := find(parent, []string{key}); err != nil {
		return nil, err
	}
	if list, ok := parent.([]udf.Value); ok {
		i, _ := index(key, len(list)-1)
		return slices.Delete(list, i, i+1), nil
	}
	delete(parent.(map[udf.Value]udf.Value), key)
	return parent, nil
}

// clone copies a value, so that a change of the copy leaves the original.
func clone(value udf.Value) udf.Value {
	switch value := value.(type) {
	case []udf.Value:
		copied := make([]udf.Value, len(value))
		for i, element := range value {
			copied[i] = clone(element)
		}
		return copied
	case map[udf.Value]udf.Value:
		copied := make(map[udf.Value]udf.Value, len(value))
		for key, element := range value {
			copied[key] = clone(element)
		}
		return copied
	}
	return value
}

// equal compares as JSON does: 1 is 1.0.
func equal(a, b udf.Value) bool {
	switch a := a.(type) {
	case []udf.Value:
		b, ok := b.([]udf.Value)
		return ok && slices.EqualFunc(a, b, equal)
	case map[udf.Value]udf.Value:
		b, ok := b.(map[udf.Value]udf.Value)
		return ok && maps.EqualFunc(a, b, equal)
	case int64:
		if b, ok := b.(float64); ok {
			return float64(a) == b
		}
	case float64:
		if b, ok := b.(int64); ok {
			return a == float64(b)
		}
	case []byte:
		b, ok := b.([]byte)
		return ok && slices.Equal(a, b)
	case udf.HLL:
		b, ok := b.(udf.HLL)
		return ok && slices.Equal(a, b)
	}
	return a == b
}
