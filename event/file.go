package event

import (
	"context"
	"fmt"
	"io"
	"os"
)

// file appends records to a file, one a line.
type file struct {
	path string
	f    *os.File
	// torn says that the last line was not written whole.
	torn bool
	*tally
}

func openFile(path string, t *tally) (*file, error) {
	f, err := openToAppend(path)
	if err != nil {
		return nil, err
	}
	return &file{path: path, f: f, tally: t}, nil
}

func openToAppend(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
}

func (f *file) write(r record) { f.done(r, f.append(r.json)) }

func (f *file) append(line []byte) error {
	if f.moved() {
		if err := f.reopen(); err != nil {
			return err
		}
	}
	text := make([]byte, 0, len(line)+2)
	if f.torn {
		text = append(text, '\n')
	}
	text = append(append(text, line...), '\n')
	n, err := f.f.Write(text)
	if n > 0 {
		f.torn = n < len(text)
	}
	return err
}

// moved reports whether the path names another file by now, or none: whoever
// rotates files has been there.
func (f *file) moved() bool {
	there, err := os.Stat(f.path)
	if err != nil {
		return true
	}
	here, err := f.f.Stat()
	return err != nil || !os.SameFile(here, there)
}

// reopen keeps the old file if there is no new one.
func (f *file) reopen() error {
	next, err := openToAppend(f.path)
	if err != nil {
		return fmt.Errorf("reopen: %w", err)
	}
	_ = f.f.Close() // nothing more is written to it
	f.f, f.torn = next, false
	return nil
}

func (f *file) close(context.Context) {
	if err := f.f.Close(); err != nil {
		f.complain("Event file could not be closed", err)
	}
}

// stdout prints records, one a line.
type stdout struct {
	to io.Writer
	*tally
}

func (s stdout) write(r record) {
	line := append(append(make([]byte, 0, len(r.json)+1), r.json...), '\n')
	_, err := s.to.Write(line)
	s.done(r, err)
}

func (stdout) close(context.Context) {}
