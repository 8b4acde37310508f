// Command cmd is what modgo generates to link a UDF module as a shared object.
package main

import (
	_ "example.com/module"

	"github.com/GeertJohan/aerospike-mod-go/udf"
)

func init() {
	udf.Build(udf.BuildInfo{Dispatch: "registry", Build: `{"target":"linux/amd64"}`})
}

func main() {}
