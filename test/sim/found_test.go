package sim

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// Stories of what the random scripts have found.

var quickConfig = strings.NewReplacer("group_wait: 30s", "group_wait: 5s", "group_interval: 5m", "group_interval: 30s").Replace(config)

// toldOf lists when the receiver has heard a text.
func (r *replicas) toldOf(text string) (at []time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, told := range r.told {
		when, what, _ := strings.Cut(told, " ")
		d, err := time.ParseDuration(when)
		if err != nil {
			r.t.Fatal(err)
		}
		if strings.Contains(what, text) {
			at = append(at, d)
		}
	}
	return at
}

// A replica that waits for its turn finds that the group was told, and that
// something new has come. That is for the next tick, and for whoever is first then.
func TestWhatComesUpDuringAWaitIsToldAtTheNextTick(t *testing.T) {
	inCluster(t, quickConfig, func(r *replicas) {
		r.all[0].fires("a")
		r.until(30 * time.Second)
		r.all[0].fires("b")
		r.until(10 * time.Minute)
		first, second := r.toldOf("+a"), r.toldOf("+b")
		if len(first) != 2 || len(second) != 1 {
			t.Fatalf("a was told at %v and b at %v, want twice and once", first, second)
		}
		if wait := second[0] - first[0]; wait != 30*time.Second {
			t.Errorf("b was told %s after a, want the interval of the group", wait)
		}
	})
}

// The replica that has told an end forgets the alert. The others must not tell the
// end again with the next news, though their groups may still have it.
func TestAnEndIsNotToldAgainWithTheNextNews(t *testing.T) {
	inCluster(t, quickConfig, func(r *replicas) {
		r.all[0].fires("a")
		r.until(40 * time.Second)
		r.all[1].ends("a")
		r.until(55*time.Second + 200*time.Millisecond) // when it has just been told
		for i, host := range []string{"b", "c", "d"} {
			r.all[i].fires(host)
			r.until(time.Minute + time.Duration(i)*7*time.Second)
		}
		r.until(10 * time.Minute)
		r.heard("-a", 1)
	})
}

// A replica that has just started is told of what others tell at that very time.
func TestAReplicaThatStartsDoesNotRepeatWhatIsToldMeanwhile(t *testing.T) {
	inCluster(t, quickConfig, func(r *replicas) {
		for round := range 25 {
			i := round % 3
			r.all[i].halt()
			r.until(time.Duration(round+1) * time.Minute)
			r.all[i].options.Cluster.Transport = r.net.Listen(gossipAddress(i))
			r.all[i].boot()
			time.Sleep(time.Duration(round*10) * time.Millisecond)
			host := fmt.Sprintf("h%d.", round)
			for _, w := range r.all {
				// It has waited elsewhere, so it is told at once.
				w.must(http.MethodPost, "/api/v2/alerts", fmt.Sprintf(`[{"labels":{"alertname":%q,"host":%q},"startsAt":%q}]`,
					host, host, time.Now().Add(-time.Hour).UTC().Format(time.RFC3339)))
			}
			time.Sleep(20 * time.Second)
			r.heard("+"+host, 1)
		}
	})
}

// Two sides of a split tell the same group different things. Afterwards both ends
// are told, whichever side was the last to speak.
func TestAfterASplitEveryEndIsTold(t *testing.T) {
	for name, ends := range map[string]string{"of the first side": "a", "of the second side": "b"} {
		t.Run(name, func(t *testing.T) {
			inCluster(t, config, func(r *replicas) {
				r.net.Split([]string{gossipAddress(0)})
				r.until(time.Minute)
				r.all[0].fires("a")
				r.until(100 * time.Second)
				r.all[1].fires("b")
				r.until(3 * time.Minute)
				r.all[map[string]int{"a": 0, "b": 1}[ends]].ends(ends)
				r.until(200 * time.Second)
				r.net.Heal()
				r.until(30 * time.Minute)
				r.heard("+"+ends, 1)
				r.heard("-"+ends, 1)
			})
		})
	}
}
