package daemon

import (
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/go-kit/log"
)

type answer struct{ n int }

func (a answer) LogValue() slog.Value { return slog.IntValue(a.n) }

func TestSlogHandler(t *testing.T) {
	for want, write := range map[string]func(*slog.Logger){
		"level=debug msg=a":                  func(l *slog.Logger) { l.Debug("a") },
		"level=info msg=a":                   func(l *slog.Logger) { l.Info("a") },
		"level=warn msg=a":                   func(l *slog.Logger) { l.Warn("a") },
		"level=error msg=a":                  func(l *slog.Logger) { l.Error("a") },
		"level=error msg=graver":             func(l *slog.Logger) { l.Log(t.Context(), slog.LevelError+4, "graver") },
		"level=info msg=between":             func(l *slog.Logger) { l.Log(t.Context(), slog.LevelInfo+1, "between") },
		`level=info msg="a b" err="c d" n=1`: func(l *slog.Logger) { l.Info("a b", "err", errors.New("c d"), "n", 1) },
		"level=info x=1 y=2 msg=a z=3":       func(l *slog.Logger) { l.With("x", 1).With("y", 2).Info("a", "z", 3) },
		"level=info msg=a n=42":              func(l *slog.Logger) { l.Info("a", "n", answer{42}) },
		"level=info msg=a none=null":         func(l *slog.Logger) { l.Info("a", "none", nil) },
		"level=info msg=a g.x=1 g.h.y=2":     func(l *slog.Logger) { l.Info("a", slog.Group("g", "x", 1, slog.Group("h", "y", 2))) },
		"level=info msg=inline x=1":          func(l *slog.Logger) { l.Info("inline", slog.Group("", "x", 1)) },
		"level=info w=0 g.x=1 msg=a g.h.y=2": func(l *slog.Logger) { l.With("w", 0).WithGroup("g").With("x", 1).WithGroup("h").Info("a", "y", 2) },
		"level=info msg=nothing": func(l *slog.Logger) {
			l.WithGroup("").LogAttrs(t.Context(), slog.LevelInfo, "nothing", slog.Attr{}, slog.Group("g"))
		},
		`level=info msg="two\nlines" text="\"q\""`: func(l *slog.Logger) { l.Info("two\nlines", "text", `"q"`) },
	} {
		var out strings.Builder
		write(slog.New(slogHandler{to: log.NewLogfmtLogger(&out)}))
		if out.String() != want+"\n" {
			t.Errorf("got %q, want %q", &out, want)
		}
	}
}
