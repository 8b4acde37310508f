package value

import (
	"encoding/json"
	"fmt"
	"math/rand"
	"reflect"
	"testing"
)

// The encoded fields are those that encoding/json selects, on random
// structs that embed structs, with few names, so that most of them clash.
func TestFieldsAgainstJSON(t *testing.T) {
	random := rand.New(rand.NewSource(1))
	for range 4000 {
		typ := randomStruct(random, 3)
		v := reflect.New(typ).Elem()
		n := int64(0)
		fill(random, v, &n)
		text, err := json.Marshal(v.Interface())
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]int64{}
		if err := json.Unmarshal(text, &want); err != nil {
			t.Fatal(err)
		}
		got := map[string]int64{}
		for _, f := range fieldsOf(typ).list {
			if at, ok := f.get(v); ok && !(f.omitEmpty && empty(at)) {
				got[f.name] = at.Int()
			}
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("%v:\n%v, not %v", typ, got, want)
		}
		if Supported(typ) != nil { // a clash, or no field at all
			continue
		}
		raw, _, err := EncodeReflect(v, nil)
		if err != nil {
			t.Fatalf("%v: %v", typ, err)
		}
		if decoded, err := To[map[string]int64](raw); err != nil || len(decoded)+len(want) > 0 && !reflect.DeepEqual(decoded, want) {
			t.Fatalf("%v:\n%v (%v), not %v", typ, decoded, err, want)
		}
		// It is decoded into the same fields.
		again, expected := reflect.New(typ), reflect.New(typ)
		if err := Decode(raw, again.Elem()); err != nil {
			t.Fatalf("%v: %v", typ, err)
		}
		if err := json.Unmarshal(text, expected.Interface()); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(again.Interface(), expected.Interface()) {
			t.Fatalf("%v: %s is decoded as %+v", typ, text, again.Elem())
		}
	}
}

var tags = []string{"", "", "", "A", "B", "C", "-", "-,", ",omitempty", "A,omitempty", "é9", "a b", "*x", "B,other"}

// randomStruct has up to four fields; those that are structs are embedded, by value or by pointer, some with a tag.
func randomStruct(random *rand.Rand, depth int) reflect.Type {
	var fields []reflect.StructField
	names := []string{"A", "B", "C", "D", "E", "F"}
	random.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	for _, name := range names[:1+random.Intn(4)] {
		field := reflect.StructField{Name: name, Type: reflect.TypeFor[int64]()}
		tag := tags[random.Intn(len(tags))]
		if depth > 0 && random.Intn(2) == 0 {
			field.Type, field.Anonymous, tag = randomStruct(random, depth-1), true, ""
			if random.Intn(4) == 0 {
				tag = "-"
			}
			if random.Intn(3) == 0 {
				field.Type = reflect.PointerTo(field.Type)
			}
		}
		if tag != "" {
			field.Tag = reflect.StructTag(fmt.Sprintf("udf:%[1]q json:%[1]q", tag))
		}
		fields = append(fields, field)
	}
	return reflect.StructOf(fields)
}

// fill sets each number to another value, some to 0, and leaves some pointers nil.
func fill(random *rand.Rand, v reflect.Value, n *int64) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			fill(random, v.Field(i), n)
		}
	case reflect.Pointer:
		if random.Intn(3) > 0 {
			v.Set(reflect.New(v.Type().Elem()))
			fill(random, v.Elem(), n)
		}
	default:
		if *n++; random.Intn(4) > 0 {
			v.SetInt(*n)
		}
	}
}
