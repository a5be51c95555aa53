package daemon

import (
	"context"
	"log/slog"

	"github.com/go-kit/log"
	"github.com/go-kit/log/level"
)

// slogHandler hands what a library logs with log/slog to a go-kit logger, which
// decides what of it is written. The time of a record is left out: the logger
// puts its own to every line.
type slogHandler struct {
	to    log.Logger
	group string // before every key, with a dot at its end unless it is empty
}

// Enabled is true for all levels, since only the logger knows.
func (h slogHandler) Enabled(context.Context, slog.Level) bool { return true }

// Handle writes one line.
func (h slogHandler) Handle(_ context.Context, r slog.Record) error {
	line := []any{"msg", r.Message}
	r.Attrs(func(a slog.Attr) bool {
		line = appendAttr(line, h.group, a)
		return true
	})
	return levelled(h.to, r.Level).Log(line...)
}

// WithAttrs returns a handler that writes the attributes to every line.
func (h slogHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	var line []any
	for _, a := range attrs {
		line = appendAttr(line, h.group, a)
	}
	return slogHandler{log.With(h.to, line...), h.group}
}

// WithGroup returns a handler that puts the name before every key.
func (h slogHandler) WithGroup(name string) slog.Handler {
	if name == "" {
		return h
	}
	return slogHandler{h.to, h.group + name + "."}
}

// appendAttr appends key and value, or those of all members of a group.
func appendAttr(line []any, group string, a slog.Attr) []any {
	v := a.Value.Resolve()
	if v.Kind() != slog.KindGroup {
		if a.Key == "" && v.Any() == nil {
			return line
		}
		return append(line, group+a.Key, v.Any())
	}
	if a.Key != "" {
		group += a.Key + "."
	}
	for _, member := range v.Group() {
		line = appendAttr(line, group, member)
	}
	return line
}

func levelled(l log.Logger, at slog.Level) log.Logger {
	switch {
	case at < slog.LevelInfo:
		return level.Debug(l)
	case at < slog.LevelWarn:
		return level.Info(l)
	case at < slog.LevelError:
		return level.Warn(l)
	}
	return level.Error(l)
}
