package e2e_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// board is a webhook that writes down who told it what, and when. The groups are
// named by their label "i".
type board struct {
	*httptest.Server
	slow time.Duration // how long it takes to answer
	mu   sync.Mutex
	said map[string][]told // by status and group
}

type told struct {
	at time.Time
	by string // external URL of the replica
}

func newBoard(t *testing.T) *board {
	t.Helper()
	b := &board{said: make(map[string][]told)}
	b.Server = httptest.NewServer(b)
	t.Cleanup(b.Close)
	return b
}

func (b *board) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var message struct {
		Status, ExternalURL string
		GroupLabels         map[string]string
	}
	if err := json.NewDecoder(r.Body).Decode(&message); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	b.hear(message.Status+" "+message.GroupLabels["i"], message.ExternalURL)
	<-time.After(b.slow)
}

func (b *board) hear(what, by string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.said[what] = append(b.said[what], told{time.Now(), by})
}

// count is how many groups, whose names begin with a text, have been told with a
// status.
func (b *board) count(status, begin string) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := 0
	for what := range b.said {
		if strings.HasPrefix(what, status+" "+begin) {
			n++
		}
	}
	return n
}

// round is what was heard of some groups.
type round struct {
	groups int
	extra  int           // notifications that nobody needed
	most   int           // notifications of one group
	worst  time.Duration // until the last group was told for the first time
	who    map[string]int
	twice  []string
}

func (r round) String() string {
	return fmt.Sprintf("%d groups, %d extra, last after %s, by %v", r.groups, r.extra, r.worst.Round(time.Millisecond), r.who)
}

func (b *board) round(status, begin string, began time.Time) round {
	b.mu.Lock()
	defer b.mu.Unlock()
	r := round{who: make(map[string]int)}
	for what, list := range b.said {
		if !strings.HasPrefix(what, status+" "+begin) {
			continue
		}
		r.groups++
		r.extra += len(list) - 1
		r.most = max(r.most, len(list))
		r.worst = max(r.worst, list[0].at.Sub(began))
		for _, t := range list {
			r.who[t.by]++
		}
		if len(list) > 1 {
			line := what + ":"
			for _, t := range list {
				line += fmt.Sprintf(" %s by %s", t.at.Sub(began).Round(time.Millisecond), t.by)
			}
			r.twice = append(r.twice, line)
		}
	}
	return r
}
