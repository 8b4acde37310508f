package udf

// Log: a line for the host's log.

import (
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/GeertJohan/aerospike-mod-go/udf/internal/host"
)

// Level is how much a log line matters.
type Level int

// The levels, in Aerospike's words.
const (
	Debug   Level = -4
	Info    Level = 0
	Warning Level = 4
	Error   Level = 8
)

// String gives the level's name.
func (l Level) String() string {
	switch {
	case l < Info:
		return "debug"
	case l < Warning:
		return "info"
	case l < Error:
		return "warning"
	}
	return "error"
}

// host gives the level's number in the ABI.
func (l Level) host() int {
	switch {
	case l < Info:
		return host.LogDebug
	case l < Warning:
		return host.LogInfo
	case l < Error:
		return host.LogWarning
	}
	return host.LogError
}

// Log writes a line to the log of the host, which is Aerospike's in a server. args are keys and values in
// turn, which follow the message as key=value.
//
// Called from a goroutine that the UDF started, or outside of a call, it writes to standard error, for no
// host is known there.
func Log(level Level, msg string, args ...any) {
	line := current()
	if line.wanted < level.host() {
		return
	}
	var location string
	if _, file, number, ok := runtime.Caller(1); ok {
		location = file[strings.LastIndexByte(file, '/')+1:] + ":" + strconv.Itoa(number)
	}
	line.write(level.host(), compose(msg, args), location)
}

func init() {
	host.LogEnabled = func(level int) bool { return current().wanted >= Level(level).host() }
	host.Log = func(level int, msg string, args []any, location string) {
		if line, number := current(), Level(level).host(); line.wanted >= number {
			line.write(number, compose(msg, args), location)
		}
	}
}

// logger is where a log line goes.
type logger struct {
	wanted int // the highest level in the ABI's numbers, where debug is highest
	write  host.Sink
}

// callLogger gives the logger of the call on this thread; false where there is none. Nil without cgo.
var callLogger func() (logger, bool)

// testSink takes what no call takes, where a test captures it.
var testSink atomic.Pointer[host.Sink]

func init() {
	host.Capture = func(s host.Sink) (restore func()) {
		before := testSink.Swap(&s)
		return func() { testSink.Store(before) }
	}
}

// current gives the logger for this goroutine.
func current() logger {
	if callLogger != nil {
		if l, ok := callLogger(); ok {
			return l
		}
	}
	if sink := testSink.Load(); sink != nil {
		return logger{host.LogDebug, *sink}
	}
	return logger{host.LogInfo, toStandardError}
}

func toStandardError(level int, message, location string) {
	names := [...]string{host.LogError: "ERROR", host.LogWarning: "WARNING", host.LogInfo: "INFO", host.LogDebug: "DEBUG"}
	warn(names[level] + " (" + location + ") " + message)
}

// compose puts the pairs of args behind the message.
func compose(msg string, args []any) string {
	var b strings.Builder
	b.WriteString(msg)
	for i := 0; i < len(args); i += 2 {
		if i+1 == len(args) {
			b.WriteString(" !BADKEY=" + word(textOf(args[i])))
			break
		}
		b.WriteString(" " + word(textOf(args[i])) + "=" + word(textOf(args[i+1])))
	}
	return strings.ToValidUTF8(b.String(), "\uFFFD")
}

// word quotes s where it would not read as one word.
func word(s string) string {
	odd := func(c rune) bool { return c == ' ' || c == '"' || c == '=' || !strconv.IsPrint(c) } // of spaces, only this one prints
	if s == "" || strings.IndexFunc(s, odd) >= 0 {
		return strconv.Quote(s)
	}
	return s
}
