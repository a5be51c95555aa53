package notify

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"strings"
	"sync"
	"time"

	"github.com/go-kit/log/level"
)

// recalls is for how long it is remembered who has a notification. Attempts
// follow each other faster than that.
const recalls = time.Hour

// Recipients is for services that are told once for each recipient, or that
// answer for each. It remembers who has a notification while others still lack
// it, so that the next attempt does not tell anybody twice. It belongs to one
// sender, and what it knows ends with it. Several goroutines may use it.
type Recipients struct {
	deps        Deps
	integration string

	mu     sync.Mutex
	groups map[string]progress // by Notification.Ref
}

// progress says how far a notification has come.
type progress struct {
	what  string // is told
	who   map[string]bool
	until time.Time
}

// NewRecipients returns the memory of a sender of an integration.
func NewRecipients(d Deps, integration string) *Recipients {
	return &Recipients{deps: d, integration: integration, groups: make(map[string]progress)}
}

// Each tells, one after the other, all who do not have the notification yet. A
// failure does not keep it from the others. See Conclude for the error.
func (r *Recipients) Each(n *Notification, all []string, tell func(to string) error) error {
	left, failures := r.Left(n, all), make(map[string]error)
	for _, to := range left {
		if err := tell(to); err != nil {
			failures[to] = err
		}
	}
	return r.Conclude(n, left, failures)
}

// Left returns those who do not have the notification from an earlier attempt.
// An attempt that tells something else, such as one more alert, begins anew.
func (r *Recipients) Left(n *Notification, all []string) []string {
	had := r.had(n)
	left := make([]string, 0, len(all))
	for _, to := range all {
		if !had[to] {
			left = append(left, to)
		}
	}
	return left
}

// Conclude writes down how an attempt ended for those who were told, with the
// failures by recipient, and returns the error of the attempt as a whole. It may
// be tried again as long as one failure may. If all that failed is final but
// somebody has the notification, that is a success: otherwise they would not be
// told when the alerts resolve. The failures are in the log then.
func (r *Recipients) Conclude(n *Notification, told []string, failures map[string]error) error {
	had := r.had(n)
	for _, to := range told {
		if failures[to] == nil {
			had[to] = true
		}
	}
	err := combine(told, failures)
	if err != nil && !permanent(err) {
		r.remember(n, had)
		return err
	}
	r.forget(n)
	if err != nil && len(had) > 0 {
		_ = level.Error(r.deps.LoggerFor(r.integration, n)).Log("msg", "Some recipients were not told", "told", len(had), "err", err)
		return nil
	}
	return err
}

// had is a copy of who has what the notification tells.
func (r *Recipients) had(n *Notification) map[string]bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	who := make(map[string]bool)
	if p, known := r.groups[n.Ref]; known && p.what == tells(n) {
		maps.Copy(who, p.who)
	}
	return who
}

// remember also drops what no attempt can ask for any more.
func (r *Recipients) remember(n *Notification, who map[string]bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := time.Now()
	maps.DeleteFunc(r.groups, func(_ string, p progress) bool { return now.After(p.until) })
	r.groups[n.Ref] = progress{what: tells(n), who: who, until: now.Add(recalls)}
}

func (r *Recipients) forget(n *Notification) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.groups, n.Ref)
}

// tells identifies what a notification tells, and of which episode: an alert that
// fires again is news.
func tells(n *Notification) string {
	sum := sha256.New()
	_, _ = fmt.Fprintln(sum, n.ContentHash()) // a hash does not fail
	for _, a := range n.Alerts {
		_, _ = fmt.Fprintln(sum, a.StartsAt.UnixNano())
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// combine makes one error of several. Its text has all of them; else it is the
// one that may be tried again, and of those the one that asks for most patience.
func combine(told []string, failures map[string]error) error {
	var chosen error
	var texts []string
	who := make(map[string][]string) // by text
	for _, to := range told {
		err := failures[to]
		if err == nil {
			continue
		}
		if chosen == nil || outweighs(err, chosen) {
			chosen = err
		}
		if text := err.Error(); who[text] == nil {
			texts = append(texts, text)
		}
		who[err.Error()] = append(who[err.Error()], to)
	}
	if chosen == nil {
		return nil
	}
	for i, text := range texts {
		texts[i] = "to " + strings.Join(who[text], ", ") + ": " + text
	}
	return concealed{text: excerpt([]byte(strings.Join(texts, "; "))), err: chosen}
}

func outweighs(a, b error) bool {
	if permanent(a) != permanent(b) {
		return permanent(b)
	}
	return patience(a) > patience(b)
}

func patience(err error) time.Duration {
	if status, ok := errors.AsType[*StatusError](err); ok {
		return status.RetryAfter
	}
	return 0
}
