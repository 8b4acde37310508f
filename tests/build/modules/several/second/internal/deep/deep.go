package deep

import "github.com/GeertJohan/aerospike-mod-go/udf"

func Two() int { return 2 }

func init() { udf.Register("two", Two) }
