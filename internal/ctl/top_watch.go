package ctl

import (
	"context"
	"fmt"
	"io"
	"strings"
)

// What takes over the terminal, and what gives it back: another screen, no cursor, and
// no line goes on in the next one.
const (
	takeScreen = "\x1b[?1049h\x1b[?25l\x1b[?7l"
	giveScreen = "\x1b[?7h\x1b[?25h\x1b[?1049l"
)

// watch shows views until somebody ends it.
func (c *top) watch(ctx context.Context) error {
	restore, err := c.Raw()
	if err != nil {
		return fmt.Errorf("take over the terminal: %w", err)
	}
	defer restore()
	ctx, end := context.WithCancel(ctx)
	defer end()
	if err := c.print(takeScreen); err != nil {
		return err
	}
	defer io.WriteString(c.Out, giveScreen) //nolint:errcheck // a terminal that is gone has nothing to be given back
	go endOnKey(c.In, end)
	return c.refresh(ctx)
}

// endOnKey calls end when q or Ctrl-C is pressed, or nobody can press a key any more.
func endOnKey(keys io.Reader, end func()) {
	defer end()
	for key := make([]byte, 1); ; {
		if _, err := keys.Read(key); err != nil {
			return
		}
		switch key[0] {
		case 'q', 'Q', ctrlC, ctrlD:
			return
		}
	}
}

const (
	ctrlC = 3
	ctrlD = 4
)

// refresh draws views. If the daemon cannot be asked the last one stays, and the reason
// stands below it: daemons are restarted while they are watched.
func (c *top) refresh(ctx context.Context) error {
	shown := &topView{Daemon: withoutUser(c.address)}
	for {
		v, err := c.view(ctx)
		if ended(ctx, err) {
			return nil
		}
		footer := "q ends"
		if err != nil {
			footer = c.paint(red, printable(c.explained(err)))
		} else {
			shown = v
		}
		if err := c.draw(shown, footer); err != nil {
			return err
		}
		if pause(ctx, c.interval) != nil {
			return nil
		}
	}
}

// screenLines are those of a terminal that does not say how many it has.
const screenLines = 24

// draw puts a view on the screen, with as many groups as there is room for.
func (c *top) draw(v *topView, footer string) error {
	height := screenLines
	if c.Size != nil {
		if _, h, err := c.Size(); err == nil && h > 0 {
			height = h
		}
	}
	const around = 6 // two lines and a blank one above the titles, what is left out, the last line
	text := "waiting for " + printable(v.Daemon) + "\n"
	if !v.Time.IsZero() {
		text = c.text(v, max(0, height-around))
	}
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	lines = append(lines[:min(len(lines), height-1)], footer)
	return c.print("\x1b[H" + strings.Join(lines, "\x1b[K\r\n") + "\x1b[K\x1b[J")
}
