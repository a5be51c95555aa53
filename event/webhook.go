package event

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync"
	"time"

	commoncfg "github.com/prometheus/common/config"
)

const (
	// backlog is how many events wait for the workers of one webhook at most.
	backlog = 1024
	// longestPause is between two attempts.
	longestPause = 30 * time.Second
	// maxAnswer bounds what is read of an answer.
	maxAnswer = 64 << 10
)

// name leaves out of the URL where secrets usually are.
func (w Webhook) name() string {
	u, err := url.Parse(w.URL)
	if err != nil {
		return "webhook"
	}
	u.User, u.RawQuery, u.ForceQuery, u.Fragment, u.RawFragment = nil, "", false, "", ""
	return "webhook:" + u.String()
}

// webhook posts records.
type webhook struct {
	Webhook
	client *http.Client
	queue  chan record
	*tally

	workers sync.WaitGroup
	ctx     context.Context // ends what is being posted
	cancel  context.CancelFunc
}

func (r *Recorder) openWebhook(w Webhook, t *tally) (*webhook, error) {
	w.Timeout = or(w.Timeout, 10*time.Second)
	w.Attempts = or(w.Attempts, 3)
	w.BatchEvents = or(w.BatchEvents, 100)
	w.BatchBytes = or(w.BatchBytes, 1<<20)
	w.BatchWait = or(w.BatchWait, 100*time.Millisecond)
	var options []commoncfg.HTTPClientOption
	if r.o.UserAgent != "" {
		options = append(options, commoncfg.WithUserAgent(r.o.UserAgent))
	}
	if r.o.Dial != nil {
		options = append(options, commoncfg.WithDialContextFunc(r.o.Dial))
	}
	client, err := commoncfg.NewClientFromConfig(w.HTTP, "event_recorder", options...)
	if err != nil {
		return nil, fmt.Errorf("http_config: %w", err)
	}
	t.metrics.outputDrops.WithLabelValues(t.output)
	h := &webhook{Webhook: w, client: client, queue: make(chan record, backlog), tally: t}
	h.ctx, h.cancel = context.WithCancel(context.Background())
	for range or(w.Workers, 4) {
		h.workers.Go(h.work)
	}
	return h, nil
}

func (h *webhook) write(r record) {
	select {
	case h.queue <- r:
	default:
		h.dropped()
	}
}

// close posts what waits, and gives up when ctx is done.
func (h *webhook) close(ctx context.Context) {
	close(h.queue)
	stop := context.AfterFunc(ctx, h.cancel)
	h.workers.Wait()
	stop()
	h.cancel()
	h.client.CloseIdleConnections()
}

func (h *webhook) work() {
	for r := range h.queue {
		if h.Batch {
			h.post(h.collect(r))
		} else {
			h.post([]record{r})
		}
	}
}

// collect waits for company for the first record of a batch.
func (h *webhook) collect(first record) []record {
	batch, size := []record{first}, len(first.json)
	full := time.NewTimer(h.BatchWait)
	defer full.Stop()
	for len(batch) < h.BatchEvents && size < h.BatchBytes {
		select {
		case <-full.C:
			return batch
		case r, open := <-h.queue:
			if !open {
				return batch
			}
			batch, size = append(batch, r), size+len(r.json)
		}
	}
	return batch
}

// post delivers records with one request, which it may repeat.
func (h *webhook) post(records []record) {
	body := records[0].json
	if h.Batch {
		body = array(records)
	}
	err := h.attempt(body)
	for pause, tries := min(h.Backoff, longestPause), 1; err != nil && tries < h.Attempts && h.rest(pause); tries++ {
		pause = min(2*pause, longestPause)
		err = h.attempt(body)
	}
	for _, r := range records {
		h.done(r, err)
	}
}

// rest waits, and reports whether it may go on.
func (h *webhook) rest(pause time.Duration) bool {
	t := time.NewTimer(pause)
	defer t.Stop()
	select {
	case <-t.C:
		return h.ctx.Err() == nil
	case <-h.ctx.Done():
		return false
	}
}

// attempt makes one request. Its error does not show the URL.
func (h *webhook) attempt(body []byte) error {
	ctx, cancel := context.WithTimeout(h.ctx, h.Timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, h.URL, bytes.NewReader(body))
	if err != nil {
		return errors.New("the URL is not valid")
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := h.client.Do(req)
	if err != nil {
		if wrapped, ok := errors.AsType[*url.Error](err); ok {
			err = wrapped.Err
		}
		return err
	}
	defer resp.Body.Close()
	_, _ = io.CopyN(io.Discard, resp.Body, maxAnswer) // or the connection is not used again
	if resp.StatusCode/100 != 2 {
		return fmt.Errorf("status %d", resp.StatusCode)
	}
	return nil
}

func array(records []record) []byte {
	b := []byte{'['}
	for i, r := range records {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, r.json...)
	}
	return append(b, ']')
}
