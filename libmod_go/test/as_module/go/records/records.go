// Package records works on records as lua/records.lua does: the tests hold the answers of the two together.
package records

import (
	"slices"
	"strings"
	"time"

	"github.com/GeertJohan/aerospike-mod-go/udf"
)

func init() {
	udf.Register("getbin", GetBin)
	udf.Register("cat", Cat)
	udf.Register("setbin", SetBin)
	udf.Register("set_and_get", SetAndGet)
	udf.Register("set_two", SetTwo)
	udf.Register("remove", Remove)
	udf.Register("create_record", CreateRecord)
	udf.Register("create_again", CreateAgain)
	udf.Register("delete_record", DeleteRecord)
	udf.Register("exists", Exists)
	udf.Register("facts", Facts)
	udf.Register("last_update", LastUpdate)
	udf.Register("bin_names", BinNames)
	udf.Register("bin_names_of_changed", BinNamesOfChanged)
	udf.Register("set_ttl", SetTTL)
	udf.Register("speak", Speak)
}

func GetBin(rec *udf.Record, name string) udf.Value { return rec.Bin(name) }

func Cat(rec *udf.Record, names ...string) string {
	var all strings.Builder
	for _, name := range names {
		text, _ := rec.String(name)
		all.WriteString(text)
	}
	return all.String()
}

func store(rec *udf.Record) error {
	if rec.Exists() {
		return rec.Update()
	}
	return rec.Create()
}

func SetBin(rec *udf.Record, name string, value udf.Value) (udf.Value, error) {
	old := rec.Bin(name)
	rec.Set(name, value)
	return old, store(rec)
}

func SetAndGet(rec *udf.Record, name string, value udf.Value) (udf.Value, error) {
	rec.Set(name, value)
	if err := store(rec); err != nil {
		return nil, err
	}
	return rec.Bin(name), nil
}

func SetTwo(rec *udf.Record, name1 string, value1 udf.Value, name2 string, value2 udf.Value) (udf.Value, error) {
	rec.Set(name1, value1)
	rec.Set(name2, value2)
	return rec.Bin(name1), rec.Update()
}

func Remove(rec *udf.Record, name string) (udf.Value, error) {
	old := rec.Bin(name)
	rec.Unset(name)
	return old, rec.Update()
}

func CreateRecord(rec *udf.Record, name string, value udf.Value) (udf.Value, error) {
	if !rec.Exists() {
		if err := rec.Create(); err != nil {
			return nil, err
		}
	}
	rec.Set(name, value)
	return rec.Bin(name), rec.Update()
}

// CreateAgain fails where the record exists.
func CreateAgain(rec *udf.Record) error { return rec.Create() }

// DeleteRecord fails where there is nothing to delete.
func DeleteRecord(rec *udf.Record) error { return rec.Remove() }

func Exists(rec *udf.Record) bool { return rec.Exists() }

func Facts(rec *udf.Record) []udf.Value {
	return []udf.Value{int64(rec.TTL().Seconds()), rec.Generation(), rec.Size(), rec.SetName(), rec.Key().Value, rec.Digest()}
}

func LastUpdate(rec *udf.Record) int64 { return rec.LastUpdate().UnixMilli() }

func BinNames(rec *udf.Record) []string {
	names := []string{}
	for name := range rec.Bins() {
		names = append(names, name)
	}
	return names
}

// BinNamesOfChanged sets each bin twice, and asks for the names after each round.
func BinNamesOfChanged(rec *udf.Record, names ...string) []string {
	var found []string
	for round := range 2 {
		for _, name := range names {
			rec.Set(name, round)
		}
		found = BinNames(rec)
	}
	slices.Sort(found)
	return found
}

func SetTTL(rec *udf.Record, seconds int64) error {
	rec.SetTTL(udf.NeverExpires)
	if seconds >= 0 {
		rec.SetTTL(time.Duration(seconds) * time.Second)
	}
	return rec.Update()
}

// Speak writes a line of each level to the log.
func Speak(rec *udf.Record, text string) {
	udf.Log(udf.Error, text)
	udf.Log(udf.Warning, text)
	udf.Log(udf.Info, text)
	udf.Log(udf.Debug, text)
}
