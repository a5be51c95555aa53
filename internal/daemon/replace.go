package daemon

import (
	"errors"
	"os"
	"path/filepath"
)

// replaceFiles writes files into a directory, by their names. Only when all are
// written and durable do they get their names; before that nothing has changed.
func replaceFiles(dir string, files map[string][]byte) (err error) {
	drafts := make(map[string]string, len(files))
	defer func() {
		for _, draft := range drafts {
			if rest := os.Remove(draft); !errors.Is(rest, os.ErrNotExist) {
				err = errors.Join(err, rest)
			}
		}
	}()
	for name, content := range files {
		draft, err := writeDraft(dir, name, content)
		if draft != "" {
			drafts[name] = draft
		}
		if err != nil {
			return err
		}
	}
	for name, draft := range drafts {
		if err := os.Rename(draft, filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// writeDraft writes a file under a name of its own, which it returns, and waits
// until it is durable.
func writeDraft(dir, name string, content []byte) (string, error) {
	f, err := os.CreateTemp(dir, name+".*")
	if err != nil {
		return "", err
	}
	_, err = f.Write(content)
	if err == nil {
		err = f.Chmod(0o644)
	}
	if err == nil {
		err = f.Sync()
	}
	return f.Name(), errors.Join(err, f.Close())
}
