package receivertest

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// fromFile is an entry with a key moved into a file.
func (l *lab) fromFile(url, key, fileKey, path string) (entry, content string, err error) {
	entry, err = edit(fill(l.o.Config, url, "$SECRET"), func(keys map[string]any) {
		content = fmt.Sprint(keys[key])
		delete(keys, key)
		keys[fileKey] = path
	})
	return strings.ReplaceAll(entry, "$SECRET", secret), content, err
}

func filesReadAgain(l *lab) error {
	for key, fileKey := range l.o.Files {
		if err := l.fileReadAgain(key, fileKey); err != nil {
			return fmt.Errorf("%s: %w", fileKey, err)
		}
	}
	return nil
}

func (l *lab) fileReadAgain(key, fileKey string) error {
	s := l.serve(l.o.Success.handle)
	path := filepath.Join(l.t.TempDir(), "secret")
	entry, content, err := l.fromFile(s.url, key, fileKey, path)
	if err != nil {
		return err
	}
	var opened sender
	before := 0
	for i, token := range []string{"the-first-of-the-tokens", "the-second-of-the-tokens"} {
		text := " " + strings.ReplaceAll(content, "$SECRET", token) + "\n"
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			return err
		}
		if i == 0 {
			if opened, err = l.open(entry); err != nil {
				return err
			}
		}
		if _, err := opened.send("firing"); err != nil {
			return err
		}
		requests := s.seen()[before:]
		if !slices.ContainsFunc(requests, func(r request) bool { return r.has(token) }) {
			return fmt.Errorf("the file has %q, but no request does", token)
		}
		before += len(requests)
	}
	return nil
}

func filesUnreadable(l *lab) error {
	for key, fileKey := range l.o.Files {
		if err := l.fileUnreadable(key, fileKey); err != nil {
			return fmt.Errorf("%s: %w", fileKey, err)
		}
	}
	return nil
}

func (l *lab) fileUnreadable(key, fileKey string) error {
	s := l.serve(l.o.Success.handle)
	empty := filepath.Join(l.t.TempDir(), "empty")
	if err := os.WriteFile(empty, []byte(" \n"), 0o600); err != nil {
		return err
	}
	for _, path := range []string{empty, empty + ".missing"} {
		entry, _, err := l.fromFile(s.url, key, fileKey, path)
		if err != nil {
			return err
		}
		sender, err := l.open(entry)
		if err != nil {
			return err
		}
		switch _, err := sender.send("firing"); {
		case err == nil:
			return fmt.Errorf("%s: taken for a success", path)
		case !strings.Contains(err.Error(), path):
			return fmt.Errorf("error %q does not name the file", err.Error())
		}
	}
	if len(s.seen()) > 0 {
		return errors.New("the service was asked without what should be in the file")
	}
	return nil
}
