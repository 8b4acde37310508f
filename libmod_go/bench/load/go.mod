module example.com/load

go 1.24

require github.com/GeertJohan/aerospike-mod-go/udf v1.0.0
