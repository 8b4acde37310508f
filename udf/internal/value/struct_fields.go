package value

// Which fields of a struct are encoded, under which names: the rules of encoding/json, with the tag `udf`.

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"sync"
	"unicode"
)

// field is one encoded field.
type field struct {
	name      string
	index     []int // as of reflect.Value.FieldByIndex
	typ       reflect.Type
	tagged    bool // the name comes from the tag
	omitEmpty bool
}

// fields are a struct's encoded fields, sorted by name as the map's keys are. clash are the first fields that are left
// out because they have the same name.
type fields struct {
	list   []field
	byName map[string]int
	clash  []field
}

var fieldCache sync.Map // reflect.Type → *fields

func fieldsOf(t reflect.Type) *fields {
	if f, ok := fieldCache.Load(t); ok {
		return f.(*fields)
	}
	f := &fields{byName: map[string]int{}}
	f.list, f.clash = dominant(reachable(t))
	for i, one := range f.list {
		f.byName[one.name] = i
	}
	stored, _ := fieldCache.LoadOrStore(t, f)
	return stored.(*fields)
}

// find returns the field for a map key.
func (f *fields) find(key item) (*field, bool) {
	if key.typ != String {
		return nil, false
	}
	i, ok := f.byName[string(key.data())]
	if !ok {
		return nil, false
	}
	return &f.list[i], true
}

// reachable walks the struct and the structs it embeds level by level, as encoding/json does. The fields of a type that
// is embedded twice on one level hide each other; a type that was embedded on a level above is skipped.
func reachable(t reflect.Type) []field {
	type level struct {
		typ   reflect.Type
		index []int
	}
	var found []field
	next := []level{{typ: t}}
	visited := map[reflect.Type]bool{}
	var count, nextCount map[reflect.Type]int
	for len(next) > 0 {
		current := next
		next = nil
		count, nextCount = nextCount, map[reflect.Type]int{}
		for _, l := range current {
			if visited[l.typ] {
				continue
			}
			visited[l.typ] = true
			for i := range l.typ.NumField() {
				sf := l.typ.Field(i)
				name, options, skip := tag(sf)
				if skip {
					continue
				}
				index := append(slices.Clone(l.index), i)
				ft := sf.Type
				if ft.Kind() == reflect.Pointer {
					ft = ft.Elem()
				}
				if name != "" || !sf.Anonymous || ft.Kind() != reflect.Struct {
					f := field{name: name, tagged: name != "", index: index, typ: sf.Type, omitEmpty: options["omitempty"]}
					if name == "" {
						f.name = sf.Name
					}
					found = append(found, f)
					if count[l.typ] > 1 {
						found = append(found, f) // twice, so that dominant drops both
					}
					continue
				}
				nextCount[ft]++
				next = append(next, level{typ: ft, index: index})
			}
		}
	}
	return found
}

// tag parses a field's tag: its name or "", its options, and whether the field is left out.
func tag(sf reflect.StructField) (name string, options map[string]bool, skip bool) {
	if sf.Anonymous {
		t := sf.Type
		if t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		if !sf.IsExported() && t.Kind() != reflect.Struct {
			return "", nil, true
		}
		// An unexported embedded struct may have exported fields.
	} else if !sf.IsExported() {
		return "", nil, true
	}
	text := sf.Tag.Get("udf")
	if text == "-" {
		return "", nil, true
	}
	name, rest, _ := strings.Cut(text, ",")
	options = map[string]bool{}
	for _, o := range strings.Split(rest, ",") {
		options[o] = true
	}
	if !validName(name) {
		name = ""
	}
	return name, options, false
}

func validName(s string) bool {
	for _, c := range s {
		if !strings.ContainsRune("!#$%&()*+-./:;<=>?@[]^_{|}~ ", c) && !unicode.IsLetter(c) && !unicode.IsDigit(c) {
			return false
		}
	}
	return s != ""
}

// dominant selects, of the fields of each name, the one that Go's rules for embedding choose: the least deep, and of
// those a tagged one. If that leaves several, it selects none; clash are the fields of the first such name. The
// result is sorted by name.
func dominant(all []field) (chosen, clash []field) {
	slices.SortStableFunc(all, func(a, b field) int {
		if c := strings.Compare(a.name, b.name); c != 0 {
			return c
		}
		if c := len(a.index) - len(b.index); c != 0 {
			return c
		}
		if a.tagged != b.tagged {
			if a.tagged {
				return -1
			}
			return 1
		}
		return 0
	})
	for i := 0; i < len(all); {
		j := i + 1
		for j < len(all) && all[j].name == all[i].name {
			j++
		}
		if j > i+1 && len(all[i].index) == len(all[i+1].index) && all[i].tagged == all[i+1].tagged {
			if clash == nil {
				clash = all[i:j]
			}
		} else {
			chosen = append(chosen, all[i])
		}
		i = j
	}
	return chosen, clash
}

// get returns the field's value in v; false if it is behind a nil embedded pointer.
func (f *field) get(v reflect.Value) (reflect.Value, bool) {
	for _, i := range f.index {
		if v.Kind() == reflect.Pointer {
			if v.IsNil() {
				return reflect.Value{}, false
			}
			v = v.Elem()
		}
		v = v.Field(i)
	}
	return v, true
}

// settable returns the field in v, settable. It allocates the structs of nil embedded pointers.
func (f *field) settable(v reflect.Value) (reflect.Value, error) {
	for _, i := range f.index {
		if v.Kind() == reflect.Pointer {
			if v.IsNil() {
				if !v.CanSet() {
					return v, errors.New("it is behind an embedded pointer to the unexported " + v.Type().Elem().String() +
						", which can't be set; embed the struct itself")
				}
				v.Set(reflect.New(v.Type().Elem()))
			}
			v = v.Elem()
		}
		v = v.Field(i)
	}
	return v, nil
}

// empty reports whether omitempty leaves v out.
func empty(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Map, reflect.Slice:
		return v.Len() == 0
	case reflect.Struct:
		_, view := viewType(v.Type())
		return view && ViewLen(v.Field(0).String()) == 0
	}
	return v.IsZero()
}
