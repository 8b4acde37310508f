package udf

// Writing to the host's log.

import (
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/GeertJohan/aerospike-mod-go/udf/internal/host"
)

// Level is the severity of a log line.
type Level int

// The levels, named as in Aerospike's log.
const (
	Debug   Level = -4
	Info    Level = 0
	Warning Level = 4
	Error   Level = 8
)

// String returns the level's name.
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

// host returns the level's number in the ABI.
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

// Log writes a line to the host's log; in a server that is Aerospike's log. args are alternating keys and values, which
// follow the message as key=value.
//
// Only the goroutine of a call can reach the host. Called from a goroutine that the UDF started, or outside of a call,
// Log writes to standard error.
func Log(level Level, msg string, args ...any) {
	line := current()
	if line.maxLevel < level.host() {
		return
	}
	var location string
	if _, file, number, ok := runtime.Caller(1); ok {
		location = file[strings.LastIndexByte(file, '/')+1:] + ":" + strconv.Itoa(number)
	}
	line.write(level.host(), formatLine(msg, args), location)
}

func init() {
	host.LogEnabled = func(level int) bool { return current().maxLevel >= Level(level).host() }
	host.Log = func(level int, msg string, args []any, location string) {
		if line, number := current(), Level(level).host(); line.maxLevel >= number {
			line.write(number, formatLine(msg, args), location)
		}
	}
}

// logger is the destination of log lines.
type logger struct {
	maxLevel int // in the ABI's numbers, where debug is highest
	write    host.Sink
}

// callLogger returns the logger of the call on this thread; false if there is none. It is nil without cgo.
var callLogger func() (logger, bool)

// testSink receives lines that belong to no call, if a test captures them.
var testSink atomic.Pointer[host.Sink]

func init() {
	host.Capture = func(s host.Sink) (restore func()) {
		before := testSink.Swap(&s)
		return func() { testSink.Store(before) }
	}
}

// current returns the logger for this goroutine.
func current() logger {
	if callLogger != nil {
		if l, ok := callLogger(); ok {
			return l
		}
	}
	if sink := testSink.Load(); sink != nil {
		return logger{host.LogDebug, *sink}
	}
	return logger{host.LogInfo, writeStderr}
}

func writeStderr(level int, message, location string) {
	names := [...]string{host.LogError: "ERROR", host.LogWarning: "WARNING", host.LogInfo: "INFO", host.LogDebug: "DEBUG"}
	warn(names[level] + " (" + location + ") " + message)
}

// formatLine appends the pairs of args to the message.
func formatLine(msg string, args []any) string {
	var b strings.Builder
	b.WriteString(msg)
	for i := 0; i < len(args); i += 2 {
		if i+1 == len(args) {
			b.WriteString(" !BADKEY=" + quoteWord(format(args[i])))
			break
		}
		b.WriteString(" " + quoteWord(format(args[i])) + "=" + quoteWord(format(args[i+1])))
	}
	return strings.ToValidUTF8(b.String(), "\uFFFD")
}

// quoteWord quotes s unless it is a single word.
func quoteWord(s string) string {
	odd := func(c rune) bool { return c == ' ' || c == '"' || c == '=' || !strconv.IsPrint(c) } // IsPrint is false for all other spaces
	if s == "" || strings.IndexFunc(s, odd) >= 0 {
		return strconv.Quote(s)
	}
	return s
}
