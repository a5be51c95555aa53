package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"time"
)

// floor is the least that a server for alerts could do with what everybody has: it
// decodes a batch with encoding/json into structs and drops it.
type floor struct {
	journal *journal // where it writes batches first; nil: nowhere
}

// floorAlert is an alert as it is sent.
type floorAlert struct {
	Labels       map[string]string `json:"labels"`
	Annotations  map[string]string `json:"annotations"`
	StartsAt     time.Time         `json:"startsAt"`
	EndsAt       time.Time         `json:"endsAt"`
	GeneratorURL string            `json:"generatorURL"`
}

// runFloor serves until ctx is done. Of the flags it looks only at the address.
func runFloor(ctx context.Context, args []string) error {
	f := &floor{}
	server := &http.Server{Handler: f, ReadHeaderTimeout: time.Minute}
	for _, arg := range args {
		if address, found := strings.CutPrefix(arg, "--web.listen-address="); found {
			server.Addr = address
		}
	}
	if slices.Contains(args, "durable") {
		file, err := os.Create("journal")
		if err != nil {
			return err
		}
		defer file.Close()
		f.journal = newJournal(file)
	}
	defer context.AfterFunc(ctx, func() { _ = server.Close() })()
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

func (f *floor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		return // it is ready
	}
	body, err := io.ReadAll(r.Body)
	if err == nil {
		var alerts []floorAlert
		err = json.Unmarshal(body, &alerts)
	}
	if err == nil && f.journal != nil {
		err = f.journal.append(body)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
	}
}

// syncer is a file that can be made safe.
type syncer interface {
	io.Writer
	Sync() error
}

// journal appends to a file and makes it safe. Those that come while that is under
// way share the next one.
type journal struct {
	mu      sync.Mutex
	file    syncer
	pending *commit // what the next sync will make safe; nil: nothing
	syncing sync.Mutex
}

// commit is one sync and what came of it.
type commit struct {
	text []byte
	done chan struct{}
	err  error
}

func newJournal(file syncer) *journal { return &journal{file: file} }

// append returns when the text is safe.
func (j *journal) append(text []byte) error {
	j.mu.Lock()
	c, first := j.pending, j.pending == nil
	if first {
		c = &commit{done: make(chan struct{})}
		j.pending = c
	}
	c.text = append(c.text, text...)
	j.mu.Unlock()
	if first {
		j.write(c)
	}
	<-c.done
	return c.err
}

// write makes a commit, once the one before it is through.
func (j *journal) write(c *commit) {
	j.syncing.Lock()
	defer j.syncing.Unlock()
	j.mu.Lock()
	j.pending = nil
	j.mu.Unlock()
	if _, c.err = j.file.Write(c.text); c.err == nil {
		c.err = j.file.Sync()
	}
	close(c.done)
}
