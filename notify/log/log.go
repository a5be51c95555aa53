// Package log prints notifications for people who watch a terminal.
package log

import (
	"context"
	"fmt"
	"io"
	"os"

	"golang.org/x/term"

	"github.com/tocsin-alerting/tocsin/notify"
)

// Kind is the integration "log".
func Kind() notify.Kind {
	return notify.NewKind("log", Config{Common: notify.Common{SendResolved: true}, Color: "auto"}, open)
}

// Config is one entry of log_configs.
type Config struct {
	notify.Common `yaml:",inline"`
	// Color is "auto" (on a terminal, unless NO_COLOR is set), "always" or "never".
	Color string `yaml:"color"`
}

// Check returns what is wrong with an entry.
func (c Config) Check() error {
	switch c.Color {
	case "auto", "always", "never":
		return nil
	}
	return fmt.Errorf("color: %q is not one of auto, always, never", c.Color)
}

func open(c Config, d notify.Deps) (notify.Sender, error) {
	out := d.Stdout
	if out == nil {
		out = os.Stdout
	}
	return sender{out: out, color: c.Color == "always" || c.Color == "auto" && colorful(out)}, nil
}

// colorful reports whether people look at out and like colour
// (https://no-color.org).
func colorful(out io.Writer) bool {
	file, ok := out.(*os.File)
	return ok && os.Getenv("NO_COLOR") == "" && term.IsTerminal(int(file.Fd()))
}

type sender struct {
	out   io.Writer
	color bool
}

// Send prints the notification with one Write, so that notifications of several
// groups do not run into each other.
func (s sender) Send(_ context.Context, n *notify.Notification) error {
	p := printer{color: s.color, now: n.Now}
	p.notification(n)
	if _, err := s.out.Write(p.buf.Bytes()); err != nil {
		return fmt.Errorf("print notification: %w", err)
	}
	return nil
}
