package udftest_test

import (
	"bytes"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/GeertJohan/aerospike-mod-go/udf"
	"github.com/GeertJohan/aerospike-mod-go/udf/udftest"
)

func TestOptions(t *testing.T) {
	digest := bytes.Repeat([]byte{7}, 20)
	at := time.UnixMilli(1234567890123)
	key := udf.Key{Namespace: "test", Set: "users", Value: "ann"}
	r := udftest.NewRecord(map[string]udf.Value{"n": 1}, udftest.WithKey(key), udftest.WithDigest(digest), udftest.WithSize(99),
		udftest.WithTTL(90*time.Second), udftest.WithGeneration(7), udftest.WithLastUpdate(at)).UDF()
	digest[0] = 8 // the record has its own
	if got := r.Key(); !reflect.DeepEqual(got, key) {
		t.Errorf("key %+v", got)
	}
	if got := r.Digest(); !bytes.Equal(got, bytes.Repeat([]byte{7}, 20)) {
		t.Errorf("digest %x", got)
	}
	if r.Size() != 99 || r.TTL() != 90*time.Second || r.Generation() != 7 || !r.LastUpdate().Equal(at) || !r.Exists() {
		t.Error(r.Size(), r.TTL(), r.Generation(), r.LastUpdate(), r.Exists())
	}
	never := udftest.NewRecord(nil, udftest.WithTTL(udf.NeverExpires)).UDF()
	if never.TTL() != udf.NeverExpires {
		t.Error(never.TTL())
	}
}

func TestWithoutOptions(t *testing.T) {
	r := udftest.NewRecord(map[string]udf.Value{"n": 1})
	u := r.UDF()
	if u.Generation() != 1 || u.TTL() != 0 || !u.Exists() || len(u.Digest()) != 0 || !u.LastUpdate().IsZero() || u.Size() != 0 {
		t.Error(u.Generation(), u.TTL(), u.Exists(), u.Digest(), u.LastUpdate(), u.Size())
	}
	if len(r.Operations()) != 0 || r.Err() != nil {
		t.Error(r.Operations(), r.Err())
	}
	if got := udftest.NewRecord(nil, udftest.Absent()).UDF(); got.Exists() || got.Generation() != 0 {
		t.Error(got.Exists(), got.Generation())
	}
}

// What a function does to a record: which operations succeed, what is stored, and the generation.
func TestOperations(t *testing.T) {
	full := errors.New("the disk is full")
	for _, c := range []struct {
		name       string
		options    []udftest.Option
		do         string // letters: c create, u update, r remove, s set, x unset
		wrong      string
		stored     map[string]udf.Value
		operations string
		generation int
	}{
		{"nothing", nil, "", "", map[string]udf.Value{"a": int64(1)}, "", 1},
		{"set is not stored", nil, "s", "", map[string]udf.Value{"a": int64(1)}, "", 1},
		{"update", nil, "su", "", map[string]udf.Value{"a": int64(1), "b": int64(2)}, "update", 2},
		{"unset", nil, "sxu", "", map[string]udf.Value{"b": int64(2)}, "update", 2},
		{"update twice", nil, "usu", "", map[string]udf.Value{"a": int64(1), "b": int64(2)}, "update update", 3},
		{"create again", nil, "c", "exists already", map[string]udf.Value{"a": int64(1)}, "", 1},
		{"remove", nil, "r", "", nil, "remove", 0},
		{"remove twice", nil, "rr", "", nil, "remove remove", 0},
		{"remove and create", nil, "rsc", "", map[string]udf.Value{"b": int64(2)}, "remove create", 1},
		{"remove and update", nil, "ru", "", nil, "remove update", 1},
		{"remove, set and update", nil, "rsu", "", map[string]udf.Value{"b": int64(2)}, "remove update", 1},
		{"absent", []udftest.Option{udftest.Absent()}, "sc", "", map[string]udf.Value{"b": int64(2)}, "create", 1},
		{"absent, removed", []udftest.Option{udftest.Absent()}, "r", "does not exist", nil, "", 0},
		{"refused update", []udftest.Option{udftest.Refusing(full)}, "su", "the disk is full", map[string]udf.Value{"a": int64(1)}, "", 1},
		{"refused removal", []udftest.Option{udftest.Refusing(full)}, "r", "the disk is full", map[string]udf.Value{"a": int64(1)}, "", 1},
		{"refused create", []udftest.Option{udftest.Absent(), udftest.Refusing(full)}, "sc", "the disk is full", nil, "", 0},
		{"refused, absent", []udftest.Option{udftest.Absent(), udftest.Refusing(full)}, "r", "does not exist", nil, "", 0},
	} {
		r := udftest.NewRecord(map[string]udf.Value{"a": 1}, c.options...)
		var err error
		for _, step := range c.do {
			switch step {
			case 'c':
				err = r.UDF().Create()
			case 'u':
				err = r.UDF().Update()
			case 'r':
				err = r.UDF().Remove()
			case 's':
				r.UDF().Set("b", 2)
			case 'x':
				r.UDF().Unset("a")
			}
		}
		if c.wrong == "" != (err == nil) || err != nil && !strings.Contains(err.Error(), c.wrong) {
			t.Errorf("%s: %v", c.name, err)
		}
		if got := r.Stored(); !reflect.DeepEqual(got, c.stored) {
			t.Errorf("%s: stored %v", c.name, got)
		}
		if got := strings.Join(r.Operations(), " "); got != c.operations {
			t.Errorf("%s: operations %s", c.name, got)
		}
		if got := r.UDF().Generation(); got != c.generation {
			t.Errorf("%s: generation %d", c.name, got)
		}
	}
}

// What the test gets is its own: changing it does not change the record.
func TestWhatIsGivenIsACopy(t *testing.T) {
	r := udftest.NewRecord(map[string]udf.Value{"a": 1})
	r.Stored()["a"] = int64(5)
	if r.Stored()["a"] != int64(1) {
		t.Error(r.Stored())
	}
	r.UDF().Update()
	r.Operations()[0] = "other"
	if !slices.Equal(r.Operations(), []string{"update"}) {
		t.Error(r.Operations())
	}
}

func TestBinsAreInTheOrderOfTheirNames(t *testing.T) {
	r := udftest.NewRecord(map[string]udf.Value{"b": 1, "c": 2, "a": 3}).UDF()
	var names []string
	for name := range r.Bins() {
		names = append(names, name)
	}
	if !slices.Equal(names, []string{"a", "b", "c"}) {
		t.Error(names)
	}
}

func TestABinThatCannotBeStoredPanics(t *testing.T) {
	defer func() {
		if text, _ := recover().(string); !strings.HasPrefix(text, "udftest.NewRecord: ") {
			t.Error(text)
		}
	}()
	udftest.NewRecord(map[string]udf.Value{"a": make(chan int)})
}

// SetTTL shows at once, and in steps of a second.
func TestSetTTL(t *testing.T) {
	r := udftest.NewRecord(nil).UDF()
	for _, d := range []time.Duration{time.Second, 59 * time.Second, 24 * time.Hour, udf.NeverExpires} {
		if r.SetTTL(d); r.TTL() != d {
			t.Errorf("%v: %v", d, r.TTL())
		}
	}
}

func TestLogLevels(t *testing.T) {
	logs := udftest.CaptureLogs(t)
	want := []udf.Level{udf.Error, udf.Warning, udf.Info, udf.Debug}
	for _, level := range want {
		udf.Log(level, "m")
	}
	var got []udf.Level
	for _, line := range logs.Lines() {
		got = append(got, line.Level)
	}
	if !slices.Equal(got, want) {
		t.Error(got)
	}
	logs.Lines()[0].Message = "other"
	if logs.Lines()[0].Message != "m" {
		t.Error("the lines are not a copy")
	}
}
