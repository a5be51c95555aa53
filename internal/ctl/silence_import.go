package ctl

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"

	"github.com/tocsin-alerting/tocsin/internal/ctl/client"
)

// silenceImport is "silence import".
type silenceImport struct {
	*tool
	file    string
	force   bool
	workers int
}

const silenceImportHelp = `Set the silences that a file has, and print their ids.

The file is JSON as silence query prints it:

  silence query -o json > silences.json
  silence import silences.json

Without a file it is read from standard input. A silence that the daemon knows is changed back to what it was, others are set anew. If some cannot be set, the others are, and the exit code is 1.`

func defineSilenceImport(t *tool, group parent) {
	c := &silenceImport{tool: t}
	cmd := t.command(group, "import", silenceImportHelp, c.run)
	cmd.Flag("force", "Set all silences anew, even those that are there.").Short('f').BoolVar(&c.force)
	cmd.Flag("worker", "How many silences to set at the same time.").Short('w').Default("8").IntVar(&c.workers)
	cmd.Arg("file", "The file with silences.").StringVar(&c.file)
}

// imported is what became of one silence.
type imported struct {
	id  string
	err error
}

func (c *silenceImport) run(ctx context.Context) error {
	if c.workers < 1 {
		return errors.New("--worker: must be at least 1")
	}
	list, err := c.read()
	if err != nil {
		return err
	}
	daemon, err := c.daemon(ctx)
	if err != nil {
		return err
	}
	r := newImportReport(c.tool, len(list))
	for i, result := range c.setAll(ctx, daemon, list) {
		if err := r.add(list[i].ID, result); err != nil {
			return err
		}
	}
	return r.end()
}

// read reads all silences before the first is set: a file that breaks off sets none.
func (c *silenceImport) read() ([]client.NewSilence, error) {
	name, in := "standard input", c.In
	if c.file != "" {
		f, err := os.Open(c.file)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		name, in = c.file, f
	}
	var list []client.NewSilence
	text, err := io.ReadAll(in)
	if err == nil {
		err = json.Unmarshal(text, &list)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: not the JSON that silence query prints: %w", name, err)
	}
	return list, nil
}

// set sets one silence. One that the daemon has forgotten is set anew.
func (c *silenceImport) set(ctx context.Context, daemon *client.Client, s client.NewSilence) imported {
	if c.force {
		s.ID = ""
	}
	id, err := daemon.SetSilence(ctx, s)
	if client.Status(err) == http.StatusNotFound && s.ID != "" {
		s.ID = ""
		id, err = daemon.SetSilence(ctx, s)
	}
	return imported{id, err}
}
