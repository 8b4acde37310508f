module github.com/GeertJohan/aerospike-mod-go/udf

go 1.24
