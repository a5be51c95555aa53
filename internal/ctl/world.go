package ctl

import (
	"context"
	"io"
	"net"
	"os"
	"os/user"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/term"
)

// World is what a run has of the machine that it runs on.
type World struct {
	// Name is how the program was called, without a path.
	Name string
	// Home and Etc are where files with defaults for flags are looked for. An empty
	// one is not looked at.
	Home, Etc string
	// User sets silences unless a flag says who does.
	User string

	In       io.Reader
	Out, Err io.Writer
	// Terminals are where somebody looks on.
	InTerminal, OutTerminal, ErrTerminal bool
	// Raw lets In tell of each key when it is pressed, until restore is called; nil:
	// In cannot do that.
	Raw func() (restore func(), err error)
	// Size is that of the terminal in letters; nil: not known.
	Size func() (width, height int, err error)
	// Colours says that terminals may be written to in colours.
	Colours bool

	Now func() time.Time
	// Dial opens connections; nil: the usual way.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// System is the machine itself.
func System() World {
	w := World{
		Name:        strings.TrimSuffix(filepath.Base(os.Args[0]), ".exe"),
		Etc:         "/etc",
		In:          os.Stdin,
		Out:         os.Stdout,
		Err:         os.Stderr,
		InTerminal:  isTerminal(os.Stdin),
		OutTerminal: isTerminal(os.Stdout),
		ErrTerminal: isTerminal(os.Stderr),
		Colours:     os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb",
		Now:         time.Now,
		Raw:         rawInput,
		Size:        func() (int, int, error) { return term.GetSize(int(os.Stdout.Fd())) },
	}
	w.Home, _ = os.UserHomeDir() // without one there are no defaults in it
	if u, err := user.Current(); err == nil {
		w.User = u.Username
	}
	return w
}

func isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

func rawInput() (restore func(), err error) {
	in := int(os.Stdin.Fd())
	before, err := term.MakeRaw(in)
	if err != nil {
		return nil, err
	}
	return func() { _ = term.Restore(in, before) }, nil // there is nothing else to try
}
