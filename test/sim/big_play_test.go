package sim

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/tocsin-alerting/tocsin/cluster/clustertest"
)

const (
	// calm is how long all has to be well until everything that was left over is
	// done: the pauses of what failed often are up to a minute and a half.
	calm = 4 * time.Minute
	// mends is how long after a fault its consequences may last: until a replica
	// that was cut off is tried again, and the two have compared what they know.
	mends = time.Minute
	// lingers is how long replicas know an alert that is over, so that one that has
	// missed the end does not bring it back.
	lingers = 15 * time.Minute
)

func alertName(n int) string { return fmt.Sprintf("G%d/%s", n/hostCount, hosts[n%hostCount]) }

// play lets a script happen.
func play(f *fleet) {
	time.Sleep(time.Millisecond) // what happens at 0 has not happened
	revs := make(map[int]int)
	for i, s := range f.script.steps {
		if pause := s.at - f.now(); pause > 0 {
			time.Sleep(pause)
			f.wonder(i)
		}
		if f.possible(s) {
			f.step(s, revs)
		}
	}
	f.rest(calm)
	for n := range alertCount {
		if revs[n] > 0 {
			revs[n]++
			f.post(n, revs[n], false, 0, f.living())
		}
	}
	for i := range f.silences {
		if id := f.silences[i].id; id != "" {
			f.expire(i, f.nodes[f.living()[0]])
		}
	}
	if f.script.patient {
		f.rest(lingers)
	}
	f.rest(calm)
}

func (f *fleet) living() []int {
	var who []int
	for _, n := range f.nodes {
		if n.run != nil {
			who = append(who, n.index)
		}
	}
	return who
}

// possible reports whether a step makes sense: what it needs may have been left out
// of the script.
func (f *fleet) possible(s step) bool {
	if s.verb == split || s.verb == join {
		return s.verb == split || s.who[0] == len(f.nodes)
	}
	for _, i := range s.who {
		if i >= len(f.nodes) {
			return false
		}
	}
	switch s.verb {
	case crash, stop, leave:
		return f.nodes[s.who[0]].run != nil && len(f.living()) > 1
	case start:
		return f.nodes[s.who[0]].run == nil
	}
	return true
}

func (f *fleet) step(s step, revs map[int]int) {
	switch s.verb {
	case fire, resolve:
		revs[s.n]++
		f.post(s.n, revs[s.n], s.verb == fire, s.d, s.who)
		time.Sleep(time.Millisecond) // the next one is later
	case refresh:
		f.post(s.n, revs[s.n], true, 0, s.who)
		time.Sleep(time.Millisecond)
	case quiet:
		f.posting.Go(func() { f.silence(alertName(s.n), f.nodes[s.who[0]], s.d) })
	case expire:
		f.mu.Lock()
		known := s.n < len(f.silences)
		f.mu.Unlock()
		if known {
			f.posting.Go(func() { f.expire(s.n, f.nodes[s.who[0]]) })
		}
	case mood:
		receiver := []string{"ops", "two"}[s.n]
		f.endSpan(receiver)
		switch s.word {
		case "up":
		case "slow":
			f.span(span{what: receiver, deaf: true})
		default: // when it is back, two may try in the same moment
			f.span(span{what: receiver, deaf: true, extra: 1})
		}
		f.who.set(receiver, s)
	case weather:
		f.endSpan("weather")
		if s.p > .2 {
			f.span(span{what: "weather", extra: longest, apart: true})
		} else if s.p > 0 {
			f.span(span{what: "weather"})
		}
		f.net.Set(clustertest.Conditions{Loss: s.p, Duplicate: s.p, MaxDelay: s.d})
	case reload:
		for _, i := range s.who {
			f.configure(f.nodes[i], s.word)
			f.posting.Go(func() {
				if _, err := f.call(f.nodes[i], http.MethodPost, "/-/reload", ""); errors.Is(err, errStatus) {
					f.problem("reload of replica %d: %v", i, err)
				}
			})
		}
	case rest:
		f.rest(s.d)
	default:
		f.disturb(s)
	}
}

// disturb plays what happens to replicas and the network between them.
func (f *fleet) disturb(s step) {
	switch s.verb {
	case split:
		f.part(s.who)
	case heal:
		f.heal()
	case crash:
		n := f.nodes[s.who[0]]
		f.span(span{what: "crash", replica: n.index, extra: 1, apart: true})
		f.endSpan("crash")
		f.kill(n)
	case stop, leave:
		n := f.nodes[s.who[0]]
		n.left = s.verb == leave
		f.span(span{what: "stop", replica: n.index})
		f.halt(n)
		f.endSpan("stop")
	case start:
		n := f.nodes[s.who[0]]
		started := span{what: "start", replica: n.index}
		if n.missed { // what it knows, others hear only now
			started.extra, started.apart = 1, true
		}
		f.span(started)
		n.missed = false
		f.endSpan("start")
		f.boot(n)
	case join:
		f.span(span{what: "start", replica: s.who[0]})
		f.endSpan("start")
		n := f.add()
		if f.side != nil {
			f.cut()
		}
		f.boot(n)
	}
}

// part splits the network; side is on which side each replica is.
func (f *fleet) part(side []int) {
	different := make(map[int]bool)
	for i := range min(len(f.nodes), len(side)) {
		different[side[i]] = true
	}
	extra := len(different) - 1
	if f.some(f.now(), f.now(), func(s span) bool { return s.what == "split" }) {
		extra = len(f.nodes) - 1 // who is together now may not have met yet
	}
	f.miss()
	f.endSpan("split")
	f.span(span{what: "split", extra: extra, apart: len(different) > 1})
	f.side = side
	f.cut()
}

// cut cuts the network. Who has come since then is with the first replica.
func (f *fleet) cut() {
	sides := make([][]string, 3)
	for i := range f.nodes {
		s := f.side[0]
		if i < len(f.side) {
			s = f.side[i]
		}
		sides[s] = append(sides[s], gossipAddress(i))
	}
	f.net.Split(sides...)
}

// miss notes who is down when the network changes: it has not heard what others have
// told apart from it.
func (f *fleet) miss() {
	for _, n := range f.nodes {
		n.missed = n.missed || f.side != nil && n.run == nil
	}
}

func (f *fleet) heal() {
	f.miss()
	f.endSpan("split")
	if f.side != nil {
		// The other side brings word that members of this one are dead, which they
		// have to deny first.
		f.span(span{what: "heal", apart: true})
		f.endSpan("heal")
	}
	f.side = nil
	f.net.Heal()
}

// rest mends everything, lets time pass, and looks at what all replicas show.
func (f *fleet) rest(d time.Duration) {
	f.heal()
	f.endSpan("weather")
	f.net.Set(clustertest.Conditions{})
	for _, receiver := range []string{"ops", "two"} {
		f.endSpan(receiver)
		f.who.set(receiver, step{})
	}
	for _, n := range f.nodes {
		if n.run == nil && !n.left {
			f.disturb(step{verb: start, who: []int{n.index}})
		}
	}
	f.posting.Wait()
	since := f.now()
	time.Sleep(d)
	for _, i := range f.living() {
		f.look(f.nodes[i], since)
		f.askAll(f.nodes[i])
	}
	f.count()
}

// post reports an alert, to some replicas at once.
func (f *fleet) post(n, rev int, fires bool, skew time.Duration, who []int) {
	at := f.now()
	p := post{at: at, alert: alertName(n), rev: rev, fires: fires, tried: who}
	body := fmt.Sprintf(`[{"labels":{"alertname":"G%d","host":%q},"annotations":{"rev":"%d"},"startsAt":%q`,
		n/hostCount, hosts[n%hostCount], rev, f.clock(at+skew-time.Second))
	if !fires {
		p.until = at + min(skew, 0)
		body = fmt.Sprintf(`[{"labels":{"alertname":"G%d","host":%q},"annotations":{"rev":"%d"},"endsAt":%q`,
			n/hostCount, hosts[n%hostCount], rev, f.clock(p.until))
	}
	f.mu.Lock()
	place := len(f.posts)
	f.posts = append(f.posts, p)
	f.mu.Unlock()
	for _, i := range who {
		f.posting.Go(func() {
			_, err := f.call(f.nodes[i], http.MethodPost, "/api/v2/alerts", body+"}]")
			switch {
			case err == nil:
				f.mu.Lock()
				f.posts[place].acked = append(f.posts[place].acked, i)
				f.mu.Unlock()
			case errors.Is(err, errStatus):
				f.problem("post of %s to replica %d: %v", p.alert, i, err)
			}
		})
	}
}

// clock is what the clock of a sender shows.
func (f *fleet) clock(at time.Duration) string {
	return f.start.Add(at).UTC().Format(time.RFC3339Nano)
}

func (f *fleet) silence(alert string, n *node, lasts time.Duration) {
	f.mu.Lock()
	place := len(f.silences)
	s := silenced{alert: alert, by: n.index, from: f.now(), to: f.now() + lasts}
	f.silences = append(f.silences, s)
	f.mu.Unlock()
	group, host, _ := strings.Cut(alert, "/")
	text, err := f.call(n, http.MethodPost, "/api/v2/silences", fmt.Sprintf(
		`{"matchers":[{"name":"alertname","value":%q,"isRegex":false},{"name":"host","value":%q,"isRegex":false}],"startsAt":%q,"endsAt":%q,"createdBy":"me","comment":"work"}`,
		group, host, f.clock(s.from), f.clock(s.to)))
	if err != nil {
		if errors.Is(err, errStatus) {
			f.problem("silence of %s on replica %d: %v", alert, n.index, err)
		}
		return
	}
	var answer struct{ SilenceID string }
	if err := json.Unmarshal([]byte(text), &answer); err != nil {
		f.problem("answer to a silence: %v", err)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.silences[place].id = answer.SilenceID
}

func (f *fleet) expire(place int, n *node) {
	f.mu.Lock()
	s := f.silences[place]
	if s.id == "" || s.ended > 0 && s.sure || s.to <= f.now() {
		f.mu.Unlock()
		return
	}
	f.silences[place].ended, f.silences[place].endedBy = f.now(), n.index
	f.mu.Unlock()
	if _, err := f.call(n, http.MethodDelete, "/api/v2/silence/"+s.id, ""); err != nil {
		return // perhaps it has not heard of it
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.silences[place].sure = true
}

var groupsMetric = regexp.MustCompile(`(?m)^alertmanager_dispatcher_aggregation_groups (\d+)$`)

// look notes what a replica shows.
func (f *fleet) look(n *node, since time.Duration) {
	l := look{at: f.now(), since: since, replica: n.index, alerts: make(map[string]sight)}
	var alerts []struct {
		Labels, Annotations map[string]string
		Status              struct{ State string }
	}
	f.read(n, "/api/v2/alerts", &alerts)
	for _, a := range alerts {
		rev, _ := strconv.Atoi(a.Annotations["rev"])
		l.alerts[a.Labels["alertname"]+"/"+a.Labels["host"]] = sight{rev: rev, fires: true, muted: a.Status.State == "suppressed"}
	}
	var silences []struct {
		ID     string
		Status struct{ State string }
	}
	f.read(n, "/api/v2/silences", &silences)
	for _, s := range silences {
		if s.Status.State == "active" {
			l.silences = append(l.silences, s.ID)
		}
	}
	text, err := f.call(n, http.MethodGet, "/metrics", "")
	if found := groupsMetric.FindStringSubmatch(text); err == nil && found != nil {
		l.groups, _ = strconv.Atoi(found[1])
	} else {
		f.problem("no metrics of replica %d: %v", n.index, err)
	}
	l.load = f.weigh(n, text)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.looks = append(f.looks, l)
}

func (f *fleet) read(n *node, path string, to any) {
	text, err := f.call(n, http.MethodGet, path, "")
	if err == nil {
		err = json.Unmarshal([]byte(text), to)
	}
	if err != nil {
		f.problem("%s of replica %d: %v", path, n.index, err)
	}
}
