package udfslog_test

import (
	"log/slog"
	"strconv"
	"strings"
	"testing"
	"testing/slogtest"
	"time"

	"github.com/GeertJohan/aerospike-mod-go/udf"
	"github.com/GeertJohan/aerospike-mod-go/udf/udfslog"
	"github.com/GeertJohan/aerospike-mod-go/udf/udftest"
)

func TestHandlerFollowsSlogtest(t *testing.T) {
	var logs *udftest.Logs
	slogtest.Run(t, func(t *testing.T) slog.Handler {
		if strings.HasSuffix(t.Name(), "/zero-time") {
			t.Skip("a line has no time")
		}
		logs = udftest.CaptureLogs(t)
		return udfslog.NewHandler()
	}, func(t *testing.T) map[string]any {
		lines := logs.Lines()
		if len(lines) != 1 {
			t.Fatal(lines)
		}
		return parsed(t, lines[0])
	})
}

// parsed parses a line. It adds a time, which the host does otherwise.
func parsed(t *testing.T, line udftest.Line) map[string]any {
	t.Helper()
	m := map[string]any{slog.TimeKey: time.Now(), slog.LevelKey: line.Level.String()}
	words := strings.Fields(line.Message)
	m[slog.MessageKey] = words[0]
	for _, w := range words[1:] {
		name, text, ok := strings.Cut(w, "=")
		if !ok {
			t.Fatal(line.Message)
		}
		if unquoted, err := strconv.Unquote(text); err == nil {
			text = unquoted
		}
		at := m
		for {
			group, rest, inside := strings.Cut(name, ".")
			if !inside {
				break
			}
			if at[group] == nil {
				at[group] = map[string]any{}
			}
			at, name = at[group].(map[string]any), rest
		}
		at[name] = text
	}
	return m
}

func TestLines(t *testing.T) {
	logs := udftest.CaptureLogs(t)
	log := slog.New(udfslog.NewHandler()).With("user", "ann lee").WithGroup("call")
	log.Info("done", "took", 1500*time.Millisecond, "list", []int{1, 2}, "none", nil)
	log.Error("failed", slog.Group("why", "code", 7))
	log.Log(t.Context(), slog.LevelWarn+1, "odd")
	log.Debug("fine")
	want := []udftest.Line{
		{Level: udf.Info, Message: `done user="ann lee" call.took=1.5s call.list="[1 2]" call.none=nil`, Location: "handler_test.go:66"},
		{Level: udf.Error, Message: `failed user="ann lee" call.why.code=7`, Location: "handler_test.go:67"},
		{Level: udf.Warning, Message: `odd user="ann lee"`, Location: "handler_test.go:68"},
		{Level: udf.Debug, Message: `fine user="ann lee"`, Location: "handler_test.go:69"},
	}
	got := logs.Lines()
	if len(got) != len(want) {
		t.Fatal(got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("%+v; want %+v", got[i], want[i])
		}
	}
}

// Two loggers derived from one don't change each other's attributes.
func TestLoggersShareNoAttributes(t *testing.T) {
	logs := udftest.CaptureLogs(t)
	base := slog.New(udfslog.NewHandler()).With("a", 1, "b", 2, "c", 3)
	one, two := base.With("d", 4), base.With("e", 5)
	one.Info("one", "x", 1)
	two.Info("two")
	base.Info("base", "y", 2)
	for i, want := range []string{"one a=1 b=2 c=3 d=4 x=1", "two a=1 b=2 c=3 e=5", "base a=1 b=2 c=3 y=2"} {
		if got := logs.Lines()[i].Message; got != want {
			t.Errorf("%q; want %q", got, want)
		}
	}
}

// Outside of a call and of CaptureLogs, lines of level Info and above go to standard error.
func TestEnabled(t *testing.T) {
	h := udfslog.NewHandler()
	if h.Enabled(t.Context(), slog.LevelDebug) || !h.Enabled(t.Context(), slog.LevelInfo) {
		t.Error("the level is not that of the host")
	}
}
