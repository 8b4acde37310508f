package udfdebug

import (
	"encoding/json"
	"net"
	"reflect"
	"testing"

	"github.com/GeertJohan/aerospike-mod-go/udf/internal/host"
	"github.com/GeertJohan/aerospike-mod-go/udf/internal/value"
)

// connect returns a connection whose other end gives the answers in turn, and a function that returns what was asked.
func connect(t *testing.T, answers ...string) (*modgo, func() []string) {
	ours, its := net.Pipe()
	t.Cleanup(func() { its.Close() })
	asked, ended := []string{}, make(chan bool)
	go func() {
		defer close(ended)
		questions := json.NewDecoder(its)
		for _, answer := range answers {
			var question json.RawMessage
			if questions.Decode(&question) != nil {
				return
			}
			asked = append(asked, string(question))
			its.Write([]byte(answer))
		}
	}()
	m := &modgo{encoder: json.NewEncoder(ours), answers: make(chan answer, len(answers))}
	answered := json.NewDecoder(ours)
	go func() {
		for range answers {
			var a answer
			if err := answered.Decode(&a); err != nil {
				t.Error(err)
			}
			m.answers <- a
		}
	}()
	return m, func() []string { <-ended; return asked }
}

func text(s string) value.Raw { return value.OfString(value.String, s) }

func TestWhatEachOperationAsks(t *testing.T) {
	for want, do := range map[string]func(*modgo) error{
		`{"op":"get","name":"a"}`:   func(m *modgo) error { _, err := (&record{m}).Get("a"); return err },
		`{"op":"unset","name":"a"}`: func(m *modgo) error { return (&record{m}).Unset("a") },
		`{"op":"set","name":"a","value":{"type":2,"integer":7,"data":null}}`: func(m *modgo) error {
			return (&record{m}).Set("a", value.Raw{Type: value.Integer, Integer: 7})
		},
		`{"op":"bin_names"}`:          func(m *modgo) error { _, err := (&record{m}).BinNames(); return err },
		`{"op":"metadata"}`:           func(m *modgo) error { _, err := (&record{m}).Metadata(); return err },
		`{"op":"set_ttl","number":9}`: func(m *modgo) error { return (&record{m}).SetTTL(9) },
		`{"op":"create"}`:             func(m *modgo) error { return (&record{m}).Create() },
		`{"op":"update"}`:             func(m *modgo) error { return (&record{m}).Update() },
		`{"op":"remove"}`:             func(m *modgo) error { return (&record{m}).Remove() },
		`{"op":"read"}`:               func(m *modgo) error { _, _, err := (&input{m}).Read(); return err },
		`{"op":"next"}`:               func(m *modgo) error { m.call(); return nil },
		`{"op":"log","number":2,"text":"hi","location":"a.go:1"}`: func(m *modgo) error {
			m.log(2, "hi", "a.go:1")
			return nil
		},
		`{"op":"write","value":{"type":4,"integer":0,"data":"YWI="}}`: func(m *modgo) error {
			return (&output{m}).Write(text("ab"))
		},
	} {
		m, asked := connect(t, "{}")
		if err := do(m); err != nil {
			t.Errorf("%s: %v", want, err)
		}
		if got := asked(); len(got) != 1 || got[0] != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestAnErrorIsThatOfTheAnswer(t *testing.T) {
	m, _ := connect(t, `{"error":"no"}`, `{"error":"not there", "metadata":{"exists":true}}`)
	if err := (&record{m}).Create(); err == nil || err.Error() != "no" {
		t.Errorf("got %v", err)
	}
	if exists, err := (&record{m}).Exists(); exists || err == nil || err.Error() != "not there" {
		t.Errorf("got %t, %v", exists, err)
	}
}

func TestMetadata(t *testing.T) {
	m, _ := connect(t, `{"metadata":{"exists":true,"ttl":1,"generation":2,"last_update":3,"storage_size":4,
		"digest":"AQI=","namespace":"n","set":"s","key":{"type":4,"integer":5,"data":"aw=="}}}`, `{}`,
		`{"metadata":{"exists":true}}`, `{"metadata":{}}`)
	got, err := (&record{m}).Metadata()
	key := got.Key
	got.Key = value.Raw{}
	want := host.Metadata{
		Exists: true, TTL: 1, Generation: 2, LastUpdate: 3, StorageSize: 4, Digest: []byte{1, 2}, Namespace: "n", Set: "s",
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v", got, err)
	}
	if key.Type != value.String || key.Integer != 5 || string(key.Bytes()) != "k" {
		t.Errorf("got the key %+v", key)
	}
	if got, err := (&record{m}).Metadata(); err != nil || !reflect.DeepEqual(got, host.Metadata{}) {
		t.Errorf("got %+v, %v", got, err)
	}
	for _, want := range []bool{true, false} {
		if got, err := (&record{m}).Exists(); got != want || err != nil {
			t.Errorf("got %t, %v", got, err)
		}
	}
}

func TestAnswersWithValues(t *testing.T) {
	m, _ := connect(t, `{"value":{"type":2,"integer":-8}}`, `{"names":["a","b"]}`,
		`{"is_record":true,"value":{"type":2,"integer":1}}`, `{"value":{"type":4,"data":"eA=="}}`)
	if got, err := (&record{m}).Get("a"); err != nil || got.Type != value.Integer || got.Integer != -8 {
		t.Errorf("got %+v, %v", got, err)
	}
	if got, err := (&record{m}).BinNames(); err != nil || !reflect.DeepEqual(got, []string{"a", "b"}) {
		t.Errorf("got %v, %v", got, err)
	}
	if r, v, err := (&input{m}).Read(); err != nil || r == nil || v != (value.Raw{}) {
		t.Errorf("got %v, %+v, %v", r, v, err)
	}
	if r, v, err := (&input{m}).Read(); err != nil || r != nil || v.Type != value.String || string(v.Bytes()) != "x" {
		t.Errorf("got %v, %+v, %v", r, v, err)
	}
}

func TestCallsAreMadeUntilThereIsNone(t *testing.T) {
	m, asked := connect(t, `{"call":{"function":"none","scope":0,"arguments":[{"type":2,"integer":1}]}}`, `{}`,
		`{"call":{"function":"none","scope":1}}`, `{"error":"gone"}`, `{}`, `{"error":"gone"}`)
	for _, want := range []bool{true, false, false, false} {
		if got := m.call(); got != want {
			t.Errorf("got %t, want %t", got, want)
		}
	}
	var returned question
	if err := json.Unmarshal([]byte(asked()[1]), &returned); err != nil {
		t.Fatal(err)
	}
	if returned.Op != "returned" || returned.Number == 0 || returned.Text == "" {
		t.Errorf("got %+v", returned)
	}
}
