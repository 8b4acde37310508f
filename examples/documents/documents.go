// Package documents changes parts of a document in a bin by JSON Patch (RFC 6902): all changes of a patch are made, or
// none.
package documents

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/GeertJohan/aerospike-mod-go/udf"
)

func init() {
	udf.Register("get", Get)
	udf.Register("patch", Patch)
}

// A Change is one operation of a patch.
type Change struct {
	Op    string    `udf:"op"` // add, remove, replace, move, copy or test
	Path  string    `udf:"path"`
	From  string    `udf:"from,omitempty"` // of move and copy
	Value udf.Value `udf:"value,omitempty"`
}

// Get returns the value at a path such as /lines/0/price of the document in the bin.
func Get(rec *udf.Record, bin, path string) (udf.Value, error) {
	keys, err := parse(path)
	if err != nil {
		return nil, err
	}
	return find(rec.Bin(bin), keys)
}

// Patch makes the changes to the document in the bin, in order, and stores it. It returns how many there were. If one
// fails, a test included, the document stays as it is.
func Patch(rec *udf.Record, bin string, changes []Change) (int, error) {
	var document udf.Value = map[udf.Value]udf.Value{}
	if old := rec.Bin(bin); old != nil {
		document = old
	}
	for i, change := range changes {
		var err error
		if document, err = apply(document, change); err != nil {
			return 0, fmt.Errorf("change %d: %s %s: %w", i+1, change.Op, change.Path, err)
		}
	}
	rec.Set(bin, document)
	if rec.Exists() {
		return len(changes), rec.Update()
	}
	return len(changes), rec.Create()
}

var (
	errNotThere  = errors.New("there is no such value")
	errDifferent = errors.New("the value is another one")
)

// apply returns the document after a change.
func apply(document udf.Value, c Change) (udf.Value, error) {
	path, err := parse(c.Path)
	if err != nil {
		return nil, err
	}
	switch c.Op {
	case "add":
		return edit(document, path, func(parent udf.Value, key string) (udf.Value, error) {
			return add(parent, key, c.Value)
		})
	case "remove":
		return edit(document, path, remove)
	case "replace":
		return edit(document, path, func(parent udf.Value, key string) (udf.Value, error) {
			return set(parent, key, c.Value)
		})
	case "test":
		if value, err := find(document, path); err != nil || !equal(value, c.Value) {
			return nil, errDifferent
		}
		return document, nil
	case "move", "copy":
		return transfer(document, path, c)
	}
	return nil, errors.New("there is no such operation")
}

func transfer(document udf.Value, path []string, c Change) (udf.Value, error) {
	from, err := parse(c.From)
	if err != nil {
		return nil, err
	}
	value, err := find(document, from)
	if err != nil {
		return nil, err
	}
	if c.Op == "copy" {
		value = clone(value)
	} else if document, err = edit(document, from, remove); err != nil {
		return nil, err
	}
	return edit(document, path, func(parent udf.Value, key string) (udf.Value, error) { return add(parent, key, value) })
}

// parse splits a JSON pointer. The document itself, "", cannot be changed.
func parse(path string) ([]string, error) {
	if !strings.HasPrefix(path, "/") {
		return nil, fmt.Errorf("the path %q does not begin with /", path)
	}
	keys := strings.Split(path[1:], "/")
	for i, key := range keys {
		keys[i] = strings.NewReplacer("~1", "/", "~0", "~").Replace(key)
	}
	return keys, nil
}

// edit returns the document with the list or map that contains the path's last key replaced by what change returns.
func edit(document udf.Value, path []string, change func(udf.Value, string) (udf.Value, error)) (udf.Value, error) {
	if len(path) == 1 {
		return change(document, path[0])
	}
	child, err := find(document, path[:1])
	if err != nil {
		return nil, err
	}
	if child, err = edit(child, path[1:], change); err != nil {
		return nil, err
	}
	return set(document, path[0], child)
}

// find returns the value at a path.
func find(document udf.Value, path []string) (udf.Value, error) {
	for _, key := range path {
		switch parent := document.(type) {
		case map[udf.Value]udf.Value:
			value, ok := parent[key]
			if !ok {
				return nil, errNotThere
			}
			document = value
		case []udf.Value:
			i, err := index(key, len(parent)-1)
			if err != nil {
				return nil, err
			}
			document = parent[i]
		default:
			return nil, errNotThere
		}
	}
	return document, nil
}

// index returns a key as an index from 0 to last.
func index(key string, last int) (int, error) {
	i, err := strconv.Atoi(key)
	if err != nil || i < 0 || i > last || strconv.Itoa(i) != key {
		return 0, errNotThere
	}
	return i, nil
}
