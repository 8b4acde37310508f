package first

import "github.com/GeertJohan/aerospike-mod-go/udf"

func One() int { return 1 }

func init() { udf.Register("one", One) }
