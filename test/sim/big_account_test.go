package sim

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing/synctest"
	"time"

	"github.com/tocsin-alerting/tocsin/internal/explain"
)

// account is what a replica says when it is asked what happens to an alert, and why.
type account struct {
	at      time.Duration
	replica int
	alert   string
	calm    bool // all had been well for a long time
	answer  explain.Answer
}

// since is an instant of an answer, as all times of a history are.
func (h *history) since(t explain.Time) time.Duration { return t.Sub(h.start) }

// ask lets a replica explain an alert. While all is not well it may have no answer,
// and one that took its time is of no moment.
func (f *fleet) ask(n *node, alert string, calm bool) {
	at, group, host := f.now(), "", ""
	group, host, _ = strings.Cut(alert, "/")
	q := url.Values{"label": {`alertname="` + group + `"`, `host="` + host + `"`}}
	text, err := f.call(n, http.MethodGet, "/api/tocsin/v1/explain?"+q.Encode(), "")
	if !calm && (err != nil || f.now() > at) {
		return
	}
	a := account{at: at, replica: n.index, alert: alert, calm: calm}
	if err == nil {
		err = json.Unmarshal([]byte(text), &a.answer)
	}
	if err != nil {
		f.problem("I10: replica %d does not explain %s: %v", n.index, alert, err)
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.accounts = append(f.accounts, a)
}

// wonder asks one of the replicas about one of the alerts, whatever goes on. The
// turns are those of the script, so that the dice of the fleet fall as they would.
func (f *fleet) wonder(turn int) {
	names := f.reported()
	who := f.living()
	if len(names) == 0 || len(who) == 0 {
		return
	}
	n, alert := f.nodes[who[turn%len(who)]], names[turn*5%len(names)]
	f.posting.Go(func() { f.ask(n, alert, false) })
	synctest.Wait() // it has its answer, or will not have it now
}

// askAll asks a replica about all alerts that were ever reported.
func (f *fleet) askAll(n *node) {
	for _, alert := range f.reported() {
		f.ask(n, alert, true)
	}
}

func (f *fleet) reported() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.alerts(endless)
}

// alerts are the names of those that were reported until some time.
func (h *history) alerts(until time.Duration) []string {
	var names []string
	for _, p := range h.posts {
		if p.at <= until {
			names = append(names, p.alert)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
