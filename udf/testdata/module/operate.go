package module

import (
	"time"

	"github.com/GeertJohan/aerospike-mod-go/udf"
)

func init() { udf.Register("operate", Operate) }

// Operate does one thing with the record.
func Operate(r *udf.Record, what string, n int64) (udf.Value, error) {
	switch what {
	case "create":
		return nil, r.Create()
	case "update":
		return nil, r.Update()
	case "remove":
		return nil, r.Remove()
	case "exists":
		return r.Exists(), nil
	case "unset":
		r.Unset("a")
	case "ttl":
		r.SetTTL(time.Duration(n))
	case "metadata":
		return []any{r.LastUpdate().UnixMilli(), r.Size(), len(r.Digest()), r.SetName(), r.Generation()}, nil
	case "register":
		udf.Register("late", Operate)
	case "get":
		return udf.Get[int8](r, "a")
	}
	return nil, nil
}
