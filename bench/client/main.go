// Client is the load of bench.asd, by the official Go client. It serves the commands on its standard input, a line
// each, and answers each with a line.
//
//	fill RECORDS                          stores the records; "done"
//	run MODULE FUNCTION THREADS MS        calls a function for so long; "CALLS SECONDS"
//	aggregate MODULE FOLDER               the function total over all records, whose last phase runs
//	                                      FOLDER/MODULE.lua in this process; "RESULT SECONDS"
package main

import (
	"bufio"
	"fmt"
	"log"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	as "github.com/aerospike/aerospike-client-go/v8"
)

const (
	elements  = 100
	jsonBytes = 4096
	patience  = 20 * time.Second
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 {
		log.Fatal("Use: client HOST:PORT")
	}
	host, port, err := net.SplitHostPort(os.Args[1])
	check(err)
	number, err := strconv.Atoi(port)
	check(err)
	client, cerr := as.NewClient(host, number)
	check(cerr)
	defer client.Close()
	// A busy machine must not end the benchmark.
	client.DefaultWritePolicy.TotalTimeout, client.DefaultWritePolicy.SocketTimeout = patience, patience
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		words := strings.Fields(lines.Text())
		switch words[0] {
		case "fill":
			fill(client, integer(words[1]))
		case "run":
			run(client, words[1], words[2], integer(words[3]), time.Duration(integer(words[4]))*time.Millisecond)
		case "aggregate":
			aggregate(client, words[1], words[2])
		}
	}
}

func check(err error) {
	if err != nil {
		log.Fatal("client: ", err)
	}
}

func integer(word string) int {
	n, err := strconv.Atoi(word)
	check(err)
	return n
}

func keyOf(set string, number int) *as.Key {
	key, err := as.NewKey("test", set, number)
	check(err)
	return key
}

// fill stores one record for each thread, and the records to aggregate.
func fill(client *as.Client, records int) {
	numbers, scores := make([]int, elements), map[string]int{}
	for i := range elements {
		numbers[i] = i * 1000
		scores[fmt.Sprintf("player-%03d", i)] = i * 37 % 1009
	}
	for i := range 16 {
		check(client.Put(nil, keyOf("load", i), as.BinMap{"n": 1, "numbers": numbers, "scores": scores, "order": order()}))
	}
	var threads sync.WaitGroup
	for first := range 16 {
		threads.Go(func() {
			for i := first; i < records; i += 16 {
				check(client.Put(nil, keyOf("many", i), as.BinMap{"n": i, "name": "record " + strconv.Itoa(i)}))
			}
		})
	}
	threads.Wait()
	fmt.Println("done")
}

// order returns an order as JSON. libmod_go/bench/as_module/load.c has the same.
func order() string {
	var text strings.Builder
	text.WriteString(`{"id": 1, "customer": "Ada Lovelace", "items": [`)
	for i := 0; text.Len() < jsonBytes-90; i++ {
		if i > 0 {
			text.WriteString(", ")
		}
		fmt.Fprintf(&text, `{"sku": "A-%04d", "name": "a \"small\" part", "cents": %d, "count": %d}`, i, 100+i, i%7+1)
	}
	text.WriteString("]}")
	return text.String()
}

func run(client *as.Client, module, function string, threads int, duration time.Duration) {
	arguments := []as.Value{}
	if function == "add" {
		arguments = append(arguments, as.NewValue(1))
	}
	var calls atomic.Int64
	var over atomic.Bool
	var running sync.WaitGroup
	start := time.Now()
	for i := range threads {
		running.Go(func() {
			key := keyOf("load", i)
			for !over.Load() {
				_, err := client.Execute(nil, key, module, function, arguments...)
				check(err)
				calls.Add(1)
			}
		})
	}
	time.Sleep(duration)
	over.Store(true)
	running.Wait()
	fmt.Println(calls.Load(), time.Since(start).Seconds())
}

func aggregate(client *as.Client, module, folder string) {
	as.SetLuaPath(folder + "/")
	start := time.Now()
	results, err := client.QueryAggregate(nil, as.NewStatement("test", "many"), module, "total")
	check(err)
	for result := range results.Results() {
		check(result.Err)
		fmt.Println(result.Record.Bins["SUCCESS"], time.Since(start).Seconds())
	}
}
