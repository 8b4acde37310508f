package udftest

import (
	"slices"
	"sync"
	"testing"

	"github.com/GeertJohan/aerospike-mod-go/udf"
	"github.com/GeertJohan/aerospike-mod-go/udf/internal/host"
)

// Line is one line that was logged.
type Line struct {
	Level    udf.Level
	Message  string // followed by its pairs as key=value
	Location string // "file.go:12"
}

// Logs holds the lines logged since CaptureLogs.
type Logs struct {
	mu    sync.Mutex
	lines []Line
}

// CaptureLogs captures what udf.Log writes, from any goroutine, until the test ends. There is one log, so tests that
// capture it can't run in parallel.
func CaptureLogs(t testing.TB) *Logs {
	logs := &Logs{}
	t.Cleanup(host.Capture(logs.add))
	return logs
}

func (l *Logs) add(level int, message, location string) {
	levels := [...]udf.Level{
		host.LogError: udf.Error, host.LogWarning: udf.Warning, host.LogInfo: udf.Info, host.LogDebug: udf.Debug,
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, Line{levels[level], message, location})
}

// Lines returns the lines so far, in order.
func (l *Logs) Lines() []Line {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.lines)
}
