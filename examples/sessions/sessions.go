// Package sessions stores the session of a user in a record that expires: each use extends it, up to a longest
// lifetime.
package sessions

import (
	"errors"
	"fmt"
	"time"

	"github.com/GeertJohan/aerospike-mod-go/udf"
)

func init() {
	udf.Register("open", Open)
	udf.Register("touch", Touch)
	udf.Register("put", Put)
	udf.Register("close", Close)
}

// attributesMax is how many attributes a session may have.
const attributesMax = 32

var errNoSession = errors.New("there is no such session")

// Open creates a session for the user that expires after idle seconds without use. It fails if the record has one.
func Open(rec *udf.Record, user string, now, idle int64) error {
	if idle < 1 {
		return fmt.Errorf("a session cannot expire after %d seconds", idle)
	}
	if rec.Exists() {
		return errors.New("the session exists already")
	}
	rec.Set("user", user)
	rec.Set("opened", now)
	rec.Set("seen", now)
	rec.SetTTL(time.Duration(idle) * time.Second)
	return rec.Create()
}

// A Session is what Touch returns.
type Session struct {
	User       string               `udf:"user"`
	Attributes map[string]udf.Value `udf:"attributes,omitempty"`
	Expires    int64                `udf:"expires"` // seconds from now
}

// Touch extends the session to idle seconds from now, but to no more than longest seconds after it was opened, and
// returns it. A session that is older is removed, and the result is nil.
func Touch(rec *udf.Record, now, idle, longest int64) (*Session, error) {
	user, opened, err := session(rec)
	if err != nil {
		return nil, err
	}
	expires := min(idle, opened+longest-now)
	if expires < 1 {
		udf.Log(udf.Info, "session too old", "user", user, "seconds", now-opened)
		if err := rec.Remove(); err != nil {
			return nil, err
		}
		return nil, nil
	}
	attributes, err := udf.Get[map[string]udf.Value](rec, "attributes")
	if err != nil {
		return nil, err
	}
	rec.Set("seen", now)
	rec.SetTTL(time.Duration(expires) * time.Second)
	return &Session{user, attributes, expires}, rec.Update()
}

// Put sets an attribute of the session, or removes it if value is nil, and returns how many there are. The session
// expires when it would have expired without.
func Put(rec *udf.Record, name string, value udf.Value) (int, error) {
	if _, _, err := session(rec); err != nil {
		return 0, err
	}
	attributes, err := udf.Get[map[string]udf.Value](rec, "attributes")
	if err != nil {
		return 0, err
	}
	if attributes == nil {
		attributes = make(map[string]udf.Value)
	}
	if value == nil {
		delete(attributes, name)
	} else {
		attributes[name] = value
	}
	if len(attributes) > attributesMax {
		return 0, fmt.Errorf("a session has at most %d attributes", attributesMax)
	}
	rec.Set("attributes", attributes)
	rec.SetTTL(rec.TTL()) // else the namespace's default would apply
	return len(attributes), rec.Update()
}

// Close removes the session and returns how many seconds it lasted.
func Close(rec *udf.Record, now int64) (int64, error) {
	user, opened, err := session(rec)
	if err != nil {
		return 0, err
	}
	udf.Log(udf.Info, "session closed", "user", user, "seconds", now-opened)
	return now - opened, rec.Remove()
}

// session returns the user of the session, and when it was opened.
func session(rec *udf.Record) (user string, opened int64, err error) {
	if !rec.Exists() {
		return "", 0, errNoSession
	}
	if user, err = udf.Get[string](rec, "user"); err != nil {
		return "", 0, err
	}
	opened, err = udf.Get[int64](rec, "opened")
	return user, opened, err
}
