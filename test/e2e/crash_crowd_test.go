package e2e_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"time"
)

// crowd is those who report alerts and make silences. They insist: each request is
// repeated until it is acknowledged, and never after that.
type crowd struct {
	l      *ledger
	url    string
	client *http.Client
	made   atomic.Int64 // alerts
	enough atomic.Bool  // no new ones
}

// refusal is the error about an answer that is neither yes nor "not now".
type refusal struct {
	status int
	body   string
}

func (e refusal) Error() string { return fmt.Sprintf("status %d: %s", e.status, e.body) }

// try sends a request once. The error is nil if it was acknowledged, or else says
// whether it was refused.
func (c *crowd) try(ctx context.Context, method, path, body string) (string, error) {
	request, err := http.NewRequestWithContext(ctx, method, c.url+path, strings.NewReader(body))
	if err != nil {
		return "", err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := c.client.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = refusal{response.StatusCode, string(text)}
	}
	return string(text), err
}

// insist sends a request until it is acknowledged.
func (c *crowd) insist(ctx context.Context, method, path, body string) (string, error) {
	for {
		answer, err := c.try(ctx, method, path, body)
		if r, refused := errors.AsType[refusal](err); err == nil || refused && r.status != http.StatusServiceUnavailable {
			return answer, err
		}
		if !pause(ctx, 10*time.Millisecond) {
			return "", ctx.Err()
		}
	}
}

// pause waits and reports whether there is reason to go on.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// post reports alerts, as over if there is an end.
func (c *crowd) post(ctx context.Context, names []string, end time.Time) error {
	list := make([]map[string]any, len(names))
	for i, name := range names {
		list[i] = map[string]any{"labels": map[string]string{"alertname": "G" + name[max(1, len(name)-2):], "n": name}}
		if !end.IsZero() {
			list[i]["endsAt"] = end
		}
	}
	body, err := json.Marshal(list)
	if err != nil {
		return err
	}
	_, err = c.insist(ctx, http.MethodPost, "/api/v2/alerts", string(body))
	return err
}

// names makes names for new alerts.
func (c *crowd) names(n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprint("a", c.made.Add(1))
	}
	return names
}

// begin reports new alerts, which may be silenced.
func (c *crowd) begin(ctx context.Context, names []string, silence string) error {
	c.l.note(func() {
		for _, name := range names {
			c.l.alerts[name] = &entry{silence: silence}
		}
	})
	err := c.post(ctx, names, time.Time{})
	if err == nil {
		c.l.note(func() {
			for _, name := range names {
				c.l.alerts[name].firing = true
			}
		})
	}
	return err
}

// report reports new alerts, until there are enough.
func (c *crowd) report(ctx context.Context) error {
	for !c.enough.Load() && pause(ctx, 25*time.Millisecond) {
		if err := c.begin(ctx, c.names(2), ""); err != nil {
			return err
		}
	}
	return nil
}

// resolve reports the end of alerts as soon as the receiver knows of them, until
// ctx is done.
func (c *crowd) resolve(ctx context.Context) error {
	for pause(ctx, 5*time.Millisecond) {
		names := c.l.ripe(3)
		if len(names) == 0 {
			continue
		}
		if err := c.post(ctx, names, time.Now()); err != nil {
			return err
		}
		c.l.note(func() {
			for _, name := range names {
				c.l.alerts[name].over = true
			}
		})
	}
	return nil
}

// silence makes silences and reports alerts that they silence, until there are
// enough. It ends every other silence after a while.
func (c *crowd) silence(ctx context.Context) error {
	var later []string
	for i := 0; !c.enough.Load() && pause(ctx, 50*time.Millisecond); i++ {
		name := c.names(1)
		id, err := c.makeSilence(ctx, name[0])
		if err != nil {
			return err
		}
		c.l.note(func() { c.l.silences[id] = &quiet{} })
		if err := c.begin(ctx, name, id); err != nil {
			return err
		}
		later = append(later, id)
		if len(later) < 5 {
			continue
		}
		id, later = later[0], later[1:]
		if i%2 == 0 {
			continue
		}
		c.l.note(func() { c.l.silences[id].ending = true })
		if _, err := c.insist(ctx, http.MethodDelete, "/api/v2/silence/"+id, ""); err != nil {
			return err
		}
		c.l.note(func() { c.l.silences[id].ended = true })
	}
	return nil
}

// makeSilence silences an alert. A silence whose making was not answered may be
// there all the same; another one must not be made then.
func (c *crowd) makeSilence(ctx context.Context, name string) (id string, err error) {
	body, err := json.Marshal(map[string]any{
		"matchers": []map[string]any{{"name": "n", "value": name, "isRegex": false, "isEqual": true}},
		"startsAt": time.Now(), "endsAt": time.Now().Add(time.Hour), "createdBy": "crowd", "comment": name,
	})
	if err != nil {
		return "", err
	}
	for {
		answer, err := c.try(ctx, http.MethodPost, "/api/v2/silences", string(body))
		if err == nil {
			var made struct{ SilenceID string }
			err = json.Unmarshal([]byte(answer), &made)
			return made.SilenceID, err
		}
		found, err := c.silences(ctx)
		if err != nil {
			return "", err
		}
		for _, s := range found {
			if s.Comment == name {
				return s.ID, nil
			}
		}
	}
}

// listedSilence is a silence as the API shows it.
type listedSilence struct {
	ID, Comment string
	Status      struct{ State string }
}

func (c *crowd) silences(ctx context.Context) (all []listedSilence, err error) {
	answer, err := c.insist(ctx, http.MethodGet, "/api/v2/silences", "")
	if err != nil {
		return nil, err
	}
	err = json.Unmarshal([]byte(answer), &all)
	return all, err
}
