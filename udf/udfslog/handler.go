// Package udfslog takes log lines of log/slog to the log of the host, which is Aerospike's in a server:
//
//	var log = slog.New(udfslog.NewHandler())
//
// It is apart from package udf because slog makes a module half a megabyte larger. Who does without calls udf.Log.
package udfslog

import (
	"context"
	"log/slog"
	"path"
	"runtime"
	"slices"
	"strconv"

	"github.com/GeertJohan/aerospike-mod-go/udf/internal/host"

	_ "github.com/GeertJohan/aerospike-mod-go/udf" // sets what host has
)

// handler is a slog.Handler. It is never changed, so loggers can share it.
type handler struct {
	group string // what the names of attributes begin with, "" or "a.b."
	pairs []any  // of With, in turn key and value
}

// NewHandler gives a handler whose lines go where those of udf.Log go, in the same form: the message, then
// key=value, names in groups as group.key. Levels below what the host wants cost next to nothing; its own levels
// are the multiples of four that slog names, and those in between count as the lower one. A line has no time,
// for the host's log has its own.
func NewHandler() slog.Handler { return handler{} }

// Enabled says whether the host wants lines of this level.
func (h handler) Enabled(_ context.Context, level slog.Level) bool { return host.Wants(int(level)) }

// Handle writes one line.
func (h handler) Handle(_ context.Context, r slog.Record) error {
	pairs := slices.Clip(h.pairs)
	r.Attrs(func(a slog.Attr) bool {
		pairs = appendAttr(pairs, h.group, a)
		return true
	})
	var location string
	if r.PC != 0 {
		frame, _ := runtime.CallersFrames([]uintptr{r.PC}).Next()
		location = path.Base(frame.File) + ":" + strconv.Itoa(frame.Line)
	}
	host.Log(int(r.Level), r.Message, pairs, location)
	return nil
}

// WithAttrs gives a handler whose lines have the attributes too.
func (h handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	h.pairs = slices.Clip(h.pairs)
	for _, a := range attrs {
		h.pairs = appendAttr(h.pairs, h.group, a)
	}
	return h
}

// WithGroup gives a handler that puts the attributes to come into a group.
func (h handler) WithGroup(name string) slog.Handler {
	if name != "" {
		h.group += name + "."
	}
	return h
}

// appendAttr appends an attribute as a pair, or the pairs of a group.
func appendAttr(pairs []any, group string, a slog.Attr) []any {
	v := a.Value.Resolve()
	switch {
	case v.Kind() == slog.KindGroup:
		if a.Key != "" {
			group += a.Key + "."
		}
		for _, inner := range v.Group() {
			pairs = appendAttr(pairs, group, inner)
		}
		return pairs
	case a.Equal(slog.Attr{}):
		return pairs
	case v.Kind() == slog.KindTime || v.Kind() == slog.KindDuration:
		return append(pairs, group+a.Key, v.String())
	}
	return append(pairs, group+a.Key, v.Any())
}
