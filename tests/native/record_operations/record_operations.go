// Package record_operations does what record_operations.lua does. ../test_record_operations.py compares them.
package record_operations

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/GeertJohan/aerospike-mod-go/udf"
)

func init() {
	udf.Register("operate", Operate)
}

// Operate performs operations, each a list of a name and arguments, and returns the result of each.
func Operate(rec *udf.Record, operations [][]udf.Value) ([]udf.Value, error) {
	results := []udf.Value{}
	for _, operation := range operations {
		name, _ := operation[0].(string)
		result, err := operate(rec, name, operation[1:])
		if err != nil {
			return nil, err
		}
		results = append(results, result)
	}
	return results, nil
}

func operate(rec *udf.Record, name string, arguments []udf.Value) (udf.Value, error) {
	bin := func() string { return arguments[0].(string) }
	switch name {
	case "get":
		return rec.Bin(bin()), nil
	case "set":
		rec.Set(bin(), arguments[1])
		return "done", nil
	case "unset":
		rec.Unset(bin())
		return "done", nil
	case "bins":
		return names(rec), nil
	case "exists":
		return rec.Exists(), nil
	case "set_ttl":
		rec.SetTTL(time.Duration(arguments[0].(int64)) * time.Second)
		return "done", nil
	case "metadata":
		return []udf.Value{rec.TTL() / time.Second, rec.Generation()}, nil
	case "create":
		return outcome(rec.Create()), nil
	case "update":
		return outcome(rec.Update()), nil
	case "remove":
		return outcome(rec.Remove()), nil
	case "fail":
		return nil, errors.New("failed")
	}
	return nil, fmt.Errorf("no operation %q", name)
}

func names(rec *udf.Record) []string {
	found := []string{}
	for name, value := range rec.Bins() {
		if value != nil {
			found = append(found, name)
		}
	}
	slices.Sort(found)
	return found
}

func outcome(err error) string {
	if err != nil {
		return "refused"
	}
	return "done"
}
