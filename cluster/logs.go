package cluster

import (
	"context"
	"log/slog"
	"strings"

	"github.com/go-kit/log"
	"github.com/go-kit/log/level"
)

// lines takes what memberlist writes, lines such as "[WARN] memberlist: text",
// and logs them with their level. It is a slog.Handler since that is how one gets
// the kind of logger that memberlist wants.
type lines struct {
	logger log.Logger
	often  *often
}

// Enabled says that every line is looked at; the logger drops by level.
func (lines) Enabled(context.Context, slog.Level) bool { return true }

// Handle logs one line.
func (l lines) Handle(_ context.Context, r slog.Record) error {
	name, text := splitLine(r.Message)
	logger := level.Debug(l.logger)
	kv := []any{"msg", "memberlist", "text", text}
	if strings.HasPrefix(name, "E") || name == "WARN" {
		missed, ok := l.often.allow(beginning(text))
		if !ok {
			return nil
		}
		if hint := hintForText(text); hint != "" {
			kv = append(kv, "hint", hint)
		}
		if missed > 0 {
			kv = append(kv, "more", missed)
		}
	}
	switch name {
	case "ERR", "ERROR", "Err":
		logger = level.Error(l.logger)
	case "INFO":
		logger = level.Info(l.logger)
	case "WARN":
		logger = level.Warn(l.logger)
	}
	return logger.Log(kv...)
}

// beginning is the first words of a line, which are the same in lines that are
// about the same.
func beginning(text string) string {
	words := strings.Fields(text)
	return strings.Join(words[:min(len(words), 3)], " ")
}

// WithAttrs is there for slog; no attributes are used.
func (l lines) WithAttrs([]slog.Attr) slog.Handler { return l }

// WithGroup is there for slog; no groups are used.
func (l lines) WithGroup(string) slog.Handler { return l }

// splitLine takes a line apart into the name of its level, empty if it has none,
// and its text.
func splitLine(line string) (name, text string) {
	line = strings.TrimSpace(line)
	if rest, ok := strings.CutPrefix(line, "Err: "); ok {
		return "Err", rest
	}
	if rest, ok := strings.CutPrefix(line, "["); ok {
		if n, t, ok := strings.Cut(rest, "]"); ok {
			name, line = n, strings.TrimSpace(t)
		}
	}
	return name, strings.TrimPrefix(line, "memberlist: ")
}
