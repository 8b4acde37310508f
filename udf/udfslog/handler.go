// Package udfslog has a handler for log/slog that writes to the host's log. In a server that is Aerospike's log:
//
//	var log = slog.New(udfslog.NewHandler())
//
// It is a package of its own because slog makes a module half a megabyte larger; udf.Log does without.
package udfslog

import (
	"context"
	"log/slog"
	"path"
	"runtime"
	"slices"
	"strconv"

	"github.com/GeertJohan/aerospike-mod-go/udf/internal/host"

	_ "github.com/GeertJohan/aerospike-mod-go/udf" // sets the functions of package host
)

// handler is a slog.Handler. It is immutable, so loggers can share it.
type handler struct {
	group string // the prefix of the names of attributes: "" or "a.b."
	pairs []any  // of With: keys and values in turn
}

// NewHandler returns a handler that writes to the same log as udf.Log, in the same form: the message, then key=value,
// where keys in groups are group.key. Lines below the host's log level are dropped early. A level between those of slog
// is logged as the lower one. Lines have no time, because the host's log adds its own.
func NewHandler() slog.Handler { return handler{} }

// Enabled reports whether the host logs lines of this level.
func (h handler) Enabled(_ context.Context, level slog.Level) bool {
	return host.LogEnabled(int(level))
}

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

// WithAttrs returns a handler that adds the attributes to each line.
func (h handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	h.pairs = slices.Clip(h.pairs)
	for _, a := range attrs {
		h.pairs = appendAttr(h.pairs, h.group, a)
	}
	return h
}

// WithGroup returns a handler that puts the attributes added later into a group.
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
	}
	return append(pairs, group+a.Key, v.Any())
}
