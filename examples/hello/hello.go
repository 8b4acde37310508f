// Package hello is the smallest UDF module: one function that needs no record, one that reads its arguments.
package hello

import "github.com/GeertJohan/aerospike-mod-go/udf"

func init() {
	udf.Register("hello", HelloWorld)
	udf.Register("greet", Greet)
}

// HelloWorld greets the world. It takes no record, so it answers the same on every key.
func HelloWorld() string {
	return "Hello, world!"
}

// Greet greets each of names, or the world where there are none.
func Greet(names ...string) string {
	if len(names) == 0 {
		return HelloWorld()
	}
	greeting := "Hello"
	for _, name := range names {
		greeting += ", " + name
	}
	return greeting + "!"
}
