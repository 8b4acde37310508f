package sessions

import (
	"fmt"
	"testing"
	"time"

	"github.com/GeertJohan/aerospike-mod-go/udf"
	"github.com/GeertJohan/aerospike-mod-go/udf/udftest"
)

func TestASessionFromOpenToTooOld(t *testing.T) {
	logs := udftest.CaptureLogs(t)
	rec := udftest.NewRecord(nil, udftest.Absent())
	if err := Open(rec.UDF(), "ada", 1000, 60); err != nil {
		t.Fatal(err)
	}
	for now, expires := range map[int64]int64{1010: 60, 1050: 50, 1099: 1} {
		session, err := Touch(rec.UDF(), now, 60, 100)
		if err != nil || session.Expires != expires || rec.UDF().TTL() != time.Duration(expires)*time.Second {
			t.Errorf("at %d: %+v, %v, want %d seconds", now, session, err, expires)
		}
	}
	if session, err := Touch(rec.UDF(), 1100, 60, 100); session != nil || err != nil || rec.Stored() != nil {
		t.Error(session, err, rec.Stored())
	}
	if lines := logs.Lines(); len(lines) != 1 || lines[0].Message != "session too old user=ada seconds=100" {
		t.Errorf("%+v", lines)
	}
}

func TestPutKeepsTheTimeToLive(t *testing.T) {
	rec := udftest.NewRecord(map[string]udf.Value{"user": "ada", "opened": 1}, udftest.WithTTL(42*time.Second))
	if n, err := Put(rec.UDF(), "cart", []string{"a", "b"}); n != 1 || err != nil || rec.UDF().TTL() != 42*time.Second {
		t.Error(n, err, rec.UDF().TTL())
	}
}

func TestPutLimitsAttributes(t *testing.T) {
	rec := udftest.NewRecord(map[string]udf.Value{"user": "ada", "opened": 1})
	for i := range attributesMax {
		if _, err := Put(rec.UDF(), fmt.Sprint("a", i), i); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := Put(rec.UDF(), "more", 1); err == nil {
		t.Error("no error")
	}
	if n, err := Put(rec.UDF(), "a0", nil); n != attributesMax-1 || err != nil {
		t.Error(n, err)
	}
}
