// Command broken registers what setup refuses.
package main

import "github.com/GeertJohan/aerospike-mod-go/udf"

func init() {
	udf.Register("twice", func() {})
	udf.Register("twice", func() {})
	udf.Register("channel", func(chan int) {})
}

func main() {}
