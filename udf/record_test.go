package udf_test

import (
	"errors"
	"maps"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/GeertJohan/aerospike-mod-go/udf"
	"github.com/GeertJohan/aerospike-mod-go/udf/udftest"
)

func full() *udftest.Record {
	return udftest.NewRecord(map[string]udf.Value{
		"bool": true, "int": 5, "float": 1.5, "string": "s", "bytes": []byte{1}, "geo": udf.GeoJSON("{}"), "hll": udf.HLL{1},
		"list": []string{"a"}, "map": map[string]int{"a": 1},
	})
}

func TestTypedAccess(t *testing.T) {
	r := full().UDF()
	type answer struct {
		v  any
		ok bool
	}
	access := map[string]func(string) answer{
		"bool":   func(n string) answer { v, ok := r.Bool(n); return answer{v, ok} },
		"int":    func(n string) answer { v, ok := r.Int(n); return answer{v, ok} },
		"float":  func(n string) answer { v, ok := r.Float(n); return answer{v, ok} },
		"string": func(n string) answer { v, ok := r.String(n); return answer{v, ok} },
		"bytes":  func(n string) answer { v, ok := r.Bytes(n); return answer{v, ok} },
		"geo":    func(n string) answer { v, ok := r.GeoJSON(n); return answer{v, ok} },
		"list":   func(n string) answer { v, ok := r.List(n); return answer{v, ok} },
		"map":    func(n string) answer { v, ok := r.Map(n); return answer{v, ok} },
	}
	want := map[string]any{
		"bool": true, "int": int64(5), "float": 1.5, "string": "s", "bytes": []byte{1}, "geo": udf.GeoJSON("{}"),
		"list": []udf.Value{"a"}, "map": map[udf.Value]udf.Value{"a": int64(1)},
	}
	for name, f := range access {
		for bin := range full().Stored() {
			got := f(bin)
			fits := bin == name || name == "float" && bin == "int"
			switch {
			case got.ok != fits:
				t.Errorf("%s of the bin %s: %v", name, bin, got)
			case bin == name && !reflect.DeepEqual(got.v, want[bin]):
				t.Errorf("%s: %#v", name, got.v)
			}
		}
		if got := f("absent"); got.ok {
			t.Errorf("%s of no bin: %v", name, got)
		}
	}
	if r.Bin("absent") != nil || !reflect.DeepEqual(r.Bin("hll"), udf.HLL{1}) {
		t.Error(r.Bin("absent"), r.Bin("hll"))
	}
}

func TestGet(t *testing.T) {
	type profile struct {
		Name string `udf:"name"`
		Tags []string
	}
	r := udftest.NewRecord(map[string]udf.Value{"p": profile{"Ann", []string{"x"}}, "n": 300}).UDF()
	if p, err := udf.Get[profile](r, "p"); err != nil || p.Name != "Ann" || len(p.Tags) != 1 {
		t.Error(p, err)
	}
	if n, err := udf.Get[int8](r, "n"); n != 0 || err == nil || err.Error() != `bin "n": expected an integer from -128 to 127, got the integer 300` {
		t.Error(n, err)
	}
	if _, err := udf.Get[int](r, "none"); !errors.Is(err, udf.ErrNoBin) || err.Error() != `bin "none": the record has no such bin` {
		t.Error(err)
	}
	if p, err := udf.Get[*profile](r, "none"); p != nil || err != nil {
		t.Error(p, err)
	}
	if l, err := udf.Get[[]int](r, "none"); l != nil || err != nil {
		t.Error(l, err)
	}
	if _, err := udf.Get[chan int](r, "none"); err == nil || errors.Is(err, udf.ErrNoBin) {
		t.Error(err)
	}
	if _, err := udf.Get[chan int](r, "n"); err == nil || !strings.Contains(err.Error(), "has no Aerospike value") {
		t.Error(err)
	}
}

func TestNextWriteReturnsDeferredError(t *testing.T) {
	for _, c := range []struct {
		set  func(*udf.Record)
		want string
	}{
		{func(r *udf.Record) { r.Set("a name of 16 byt", 1) }, `updating the record: setting the bin "a name of 16 byt": a bin's name has at most 15 bytes, this one has 16`},
		{func(r *udf.Record) { r.Set("", 1) }, "can't be empty"},
		{func(r *udf.Record) { r.Set("a\x00b", 1) }, "NUL"},
		{func(r *udf.Record) { r.Unset("a name of 16 byt") }, `unsetting the bin`},
		{func(r *udf.Record) { r.Set("c", make(chan int)) }, "chan int has no Aerospike value"},
		{func(r *udf.Record) { r.Set("u", uint64(math.MaxUint64)) }, "beyond Aerospike's 64 signed bits"},
		{func(r *udf.Record) { r.Set("s", "\xff") }, "UTF-8"},
		{func(r *udf.Record) { r.Set("c", make(chan int)); r.Set("a name of 16 byt", 1) }, "chan int"}, // the first
		{func(r *udf.Record) { r.SetTTL(-2) }, "ten years"},
	} {
		rec := udftest.NewRecord(map[string]udf.Value{"n": 1})
		r := rec.UDF()
		r.Set("n", 2)
		c.set(r)
		err := r.Update()
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v; want %q", err, c.want)
		}
		if rec.Stored()["n"] != int64(1) || len(rec.Operations()) != 0 {
			t.Error("something was stored:", rec.Stored(), rec.Operations())
		}
		if err := r.Update(); err != nil || rec.Stored()["n"] != int64(2) {
			t.Error("a failure is given twice:", err)
		}
	}
}

func TestErr(t *testing.T) {
	rec := udftest.NewRecord(nil)
	if err := rec.Err(); err != nil {
		t.Error(err)
	}
	rec.UDF().Set("c", make(chan int))
	if err := rec.Err(); err == nil || err.Error() != `setting the bin "c": chan int has no Aerospike value` {
		t.Error(err)
	}
	_ = rec.UDF().Update()
	if err := rec.Err(); err != nil {
		t.Error(err)
	}
}

func TestStoring(t *testing.T) {
	rec := udftest.NewRecord(nil, udftest.Absent())
	r := rec.UDF()
	if r.Exists() || rec.Stored() != nil {
		t.Error("an absent record exists")
	}
	if err := r.Update(); err == nil || !strings.Contains(err.Error(), "use Create") {
		t.Error(err)
	}
	r.Set("a", 1)
	r.Set("b", []int{1})
	if r.Generation() != 0 {
		t.Error(r.Generation())
	}
	if err := r.Create(); err != nil || !r.Exists() || rec.Stored()["a"] != int64(1) || r.Generation() != 1 {
		t.Error(err, rec.Stored())
	}
	if err := r.Create(); err == nil || !strings.Contains(err.Error(), "use Update") {
		t.Error(err)
	}
	r.Unset("a")
	r.Set("b", nil)
	if len(rec.Stored()) != 2 {
		t.Error("stored before Update:", rec.Stored())
	}
	if err := r.Update(); err != nil || len(rec.Stored()) != 0 || r.Bin("a") != nil {
		t.Error(err, rec.Stored())
	}
	if err := r.Remove(); err != nil || !r.Exists() || rec.Stored() != nil {
		t.Error(err)
	}
	if got := rec.Operations(); !slices.Equal(got, []string{"create", "update", "remove"}) {
		t.Error(got)
	}
	refusal := errors.New("the disk is full")
	rec = udftest.NewRecord(nil, udftest.Refusing(refusal))
	for _, err := range []error{rec.UDF().Update(), rec.UDF().Remove()} {
		if err == nil || !strings.HasSuffix(err.Error(), "ing the record: the disk is full") {
			t.Error(err)
		}
	}
}

func TestBinsAreCopies(t *testing.T) {
	rec := full()
	list, _ := rec.UDF().List("list")
	list[0] = "changed"
	b, _ := rec.UDF().Bytes("bytes")
	b[0] = 9
	if again, _ := rec.UDF().List("list"); again[0] != "a" {
		t.Error(again)
	}
	if again, _ := rec.UDF().Bytes("bytes"); again[0] != 1 {
		t.Error(again)
	}
}

func TestMetadata(t *testing.T) {
	at := time.UnixMilli(1700000000123)
	r := udftest.NewRecord(nil, udftest.WithKey(udf.Key{Namespace: "test", Set: "users", Value: "ann"}), udftest.WithTTL(time.Hour),
		udftest.WithGeneration(7), udftest.WithLastUpdate(at), udftest.WithDigest([]byte("20 bytes of a digest")), udftest.WithSize(128)).UDF()
	if r.Key() != (udf.Key{Namespace: "test", Set: "users", Value: "ann"}) || r.SetName() != "users" {
		t.Error(r.Key())
	}
	if r.TTL() != time.Hour || r.Generation() != 7 || !r.LastUpdate().Equal(at) || r.Size() != 128 || string(r.Digest()) != "20 bytes of a digest" {
		t.Error(r.TTL(), r.Generation(), r.LastUpdate())
	}
	bare := udftest.NewRecord(nil).UDF()
	if bare.Size() != 0 || bare.Digest() != nil || bare.Key() != (udf.Key{}) || bare.SetName() != "" || !bare.LastUpdate().IsZero() || bare.TTL() != 0 {
		t.Error("a value that was not set")
	}
	for d, want := range map[time.Duration]time.Duration{
		0: 0, udf.NeverExpires: udf.NeverExpires, 1: time.Second, 1500 * time.Millisecond: 2 * time.Second, time.Minute: time.Minute,
	} {
		r.SetTTL(d)
		if got := r.TTL(); got != want {
			t.Errorf("%v became %v", d, got)
		}
	}
}

func TestBins(t *testing.T) {
	rec := full()
	got := maps.Collect(rec.UDF().Bins())
	if !reflect.DeepEqual(got, rec.Stored()) {
		t.Errorf("%v; want %v", got, rec.Stored())
	}
	n := 0
	for range rec.UDF().Bins() {
		n++
		break
	}
	if n != 1 {
		t.Error(n)
	}
	for name, v := range rec.UDF().Bins() {
		if name == "string" && v != nil {
			t.Error("the value of a bin that was unset:", v)
		}
		rec.UDF().Unset(name)
		rec.UDF().Unset("string")
		rec.UDF().Set("new", 1)
	}
	rec.UDF().Unset("new")
	if len(maps.Collect(rec.UDF().Bins())) != 0 {
		t.Error("bins are left")
	}
}

func TestNewRecordPanics(t *testing.T) {
	defer func() {
		if text, _ := recover().(string); !strings.Contains(text, `the bin "c"`) {
			t.Error(text)
		}
	}()
	udftest.NewRecord(map[string]udf.Value{"c": make(chan int)})
}

type itself *itself

type secret struct{}

func (secret) String() string { return "two words" }

func TestLog(t *testing.T) {
	logs := udftest.CaptureLogs(t)
	udf.Log(udf.Debug, "plain")
	udf.Log(udf.Info, "pairs", "n", 1, "text", "a", "quoted", "a b", "empty", "", "err", errors.New("x=y"), "s", secret{},
		"list", []int{1, 2}, "nil", nil, "d", time.Second, "f", 1.5, "bytes", []byte("\x00"))
	udf.Log(udf.Warning, "odd", "key", 1, "left")
	udf.Log(udf.Error, "deep", "p", &struct{ A *int }{})
	many := map[string]int{}
	for i := range 20 {
		many[string(rune('a'+i))] = i
	}
	udf.Log(udf.Info, "maps", "m", map[udf.Value]udf.Value{"b": int64(1), "a": []udf.Value{nil}}, "many", many, "long", make([]int, 17))
	var endless itself
	endless = &endless
	udf.Log(udf.Info, "pointers", "p", endless)
	lines := logs.Lines()
	want := []udftest.Line{
		{Level: udf.Debug, Message: "plain"},
		{Level: udf.Info, Message: `pairs n=1 text=a quoted="a b" empty="" err="x=y" s="two words" list="[1 2]" nil=nil d=1s f=1.5 bytes="\"\\x00\""`},
		{Level: udf.Warning, Message: "odd key=1 !BADKEY=left"},
		{Level: udf.Error, Message: "deep p={A:nil}"},
		{Level: udf.Info, Message: `maps m="[a:[nil] b:1]" many="[a:0 b:1 c:2 d:3 e:4 f:5 g:6 h:7 i:8 j:9 k:10 l:11 m:12 n:13 o:14 p:15 …]"` +
			` long="[0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 …]"`},
		{Level: udf.Info, Message: "pointers p=(udf_test.itself)"},
	}
	if len(lines) != len(want) {
		t.Fatal(lines)
	}
	for i, l := range lines {
		if !strings.HasPrefix(l.Location, "record_test.go:") {
			t.Error(l.Location)
		}
		l.Location = ""
		if l != want[i] {
			t.Errorf("%q; want %q", l, want[i])
		}
	}
	if got := udf.Warning.String() + udf.Error.String() + udf.Info.String() + udf.Debug.String(); got != "warningerrorinfodebug" {
		t.Error(got)
	}
}
