module github.com/GeertJohan/aerospike-mod-go/libmod_go/test/test1

go 1.24

require github.com/GeertJohan/aerospike-mod-go/udf v1.0.0
