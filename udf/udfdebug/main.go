// Package udfdebug is the main function of the programs that `modgo debug` builds. Only generated code uses it.
//
// The program has the module's packages and runs in a debugger. It gets its calls from modgo, over a Unix socket, and asks
// modgo for everything that a host has: records, streams and the log. So a call has the same results as by `modgo call`.
package udfdebug

import (
	"encoding/json"
	"errors"
	"net"
	"os"
	"sync"

	"github.com/GeertJohan/aerospike-mod-go/udf/internal/host"
	"github.com/GeertJohan/aerospike-mod-go/udf/internal/value"

	_ "github.com/GeertJohan/aerospike-mod-go/udf" // sets the functions of package host
)

// Socket is the environment variable with the path of modgo's socket.
const Socket = "MODGO_DEBUG_SOCKET"

// Main makes the calls that modgo asks for, until there are no more.
func Main() {
	path := os.Getenv(Socket)
	if path == "" {
		println("this program is run by modgo debug")
		os.Exit(2)
	}
	os.Unsetenv(Socket)
	c, err := net.Dial("unix", path)
	if err != nil {
		println("modgo debug has ended: " + err.Error())
		os.Exit(2)
	}
	m := &modgo{encoder: json.NewEncoder(c), answers: make(chan answer)}
	go m.read(json.NewDecoder(c))
	host.Capture(m.log)
	if text := host.SetupError(); text != "" {
		m.ask(question{Op: "setup", Text: text})
		return
	}
	for m.call() {
	}
}

// modgo is the connection. Only one question is asked at a time.
type modgo struct {
	mu      sync.Mutex
	encoder *json.Encoder
	answers chan answer
}

// question is a message to modgo. The meaning of the other fields depends on Op.
type question struct {
	Op       string `json:"op"`
	Name     string `json:"name,omitempty"` // of a bin
	Value    *flat  `json:"value,omitempty"`
	Number   int    `json:"number,omitempty"` // a status, log level or time to live
	Text     string `json:"text,omitempty"`
	Location string `json:"location,omitempty"`
}

// answer is modgo's answer to a question.
type answer struct {
	Error    string    `json:"error"`
	Value    flat      `json:"value"`
	Names    []string  `json:"names"`
	IsRecord bool      `json:"is_record"` // of an element of a stream
	Metadata *metadata `json:"metadata"`
	Call     *call     `json:"call"`
}

// call is one call to make. Scope is 0 for a record UDF.
type call struct {
	Function  string     `json:"function"`
	Scope     host.Scope `json:"scope"`
	Arguments []flat     `json:"arguments"`
}

// flat is a value.Raw.
type flat struct {
	Type    value.Type `json:"type"`
	Integer int64      `json:"integer"`
	Data    []byte     `json:"data"`
}

func (f flat) raw() value.Raw {
	raw := value.OfBytes(f.Type, f.Data)
	raw.Integer = f.Integer
	return raw
}

func flatOf(raw value.Raw) *flat { return &flat{raw.Type, raw.Integer, raw.Bytes()} }

// read passes on the answers. The program ends with the connection: nothing else would end it if modgo was killed.
func (m *modgo) read(d *json.Decoder) {
	for {
		var a answer
		if d.Decode(&a) != nil {
			os.Exit(2)
		}
		m.answers <- a
	}
}

func (m *modgo) ask(q question) (answer, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.encoder.Encode(q); err != nil {
		return answer{}, err
	}
	a := <-m.answers
	if a.Error != "" {
		return a, errors.New(a.Error)
	}
	return a, nil
}

func (m *modgo) log(level int, message, location string) {
	m.ask(question{Op: "log", Number: level, Text: message, Location: location})
}

// call makes the next call. It returns false if there is none.
func (m *modgo) call() bool {
	next, err := m.ask(question{Op: "next"})
	if err != nil || next.Call == nil {
		return false
	}
	c := next.Call
	var arguments []value.Raw
	for _, f := range c.Arguments {
		arguments = append(arguments, f.raw())
	}
	var result value.Raw
	var status host.Status
	var text string
	if c.Scope == 0 {
		result, status, text = host.Apply(c.Function, &record{m}, arguments)
	} else {
		status, text = host.ApplyStream(c.Function, &input{m}, &output{m}, c.Scope, arguments)
	}
	_, err = m.ask(question{Op: "returned", Number: int(status), Text: text, Value: flatOf(result)})
	return err == nil
}
