package e2e_test

import (
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

const (
	haGroups = 1000
	// haWait is the group_wait of haRoute.
	haWait = time.Second
	// failOver is how long after its time a group is told at the latest when the
	// replica whose turn it was is gone.
	failOver = 5 * time.Second
)

// TestReplicas plays one long story with three replicas: what is posted to all or
// to one, one that is killed, one that hangs, and all started again in turn. Its
// times have to hold, so no other test runs beside it.
func TestReplicas(t *testing.T) {
	r := startReplicas(t, 3)
	type act struct {
		began time.Time
		most  int // notifications of a group
		late  time.Duration
	}
	acts := map[string]act{}

	acts["all."] = act{r.fire("all.", haGroups, 0, 1, 2), 1, failOver}
	r.heard("firing", "all.", haGroups)

	acts["one."] = act{r.fire("one.", haGroups, 1), 1, failOver}
	r.heard("firing", "one.", haGroups)

	acts["killed."] = act{r.fire("killed.", haGroups, 0, 1, 2), 2, failOver}
	r.all[2].crash(t)
	r.heard("firing", "killed.", haGroups)
	r.start(2)
	r.together(3)

	acts["midway."] = act{r.fire("midway.", haGroups, 0, 1, 2), 2, failOver}
	waitFor(t, "some told", func() bool { return r.hook.count("firing", "midway.") > haGroups/10 })
	r.all[0].crash(t)
	r.heard("firing", "midway.", haGroups)
	r.start(0)
	r.together(3)

	acts["hangs."] = act{r.fire("hangs.", haGroups, 0, 1, 2), 2, failOver}
	r.all[1].signal(t, syscall.SIGSTOP)
	r.heard("firing", "hangs.", haGroups)
	r.all[1].signal(t, syscall.SIGCONT)
	r.together(3)

	acts["rolling."] = act{time.Now(), 1, time.Minute}
	for i := range r.all {
		r.all[i].stop(t)
		r.fire("rolling."+string(rune('a'+i)), 100, (i+1)%3)
		r.start(i)
		r.together(3)
	}
	r.heard("firing", "rolling.", 300)

	resolved := time.Now()
	for begin := range acts {
		if begin != "rolling." {
			r.all[rand.IntN(3)].post(t, "/api/v2/alerts", alerts(begin, haGroups, resolved))
		}
	}
	r.heard("resolved", "", (len(acts)-1)*haGroups)
	pauseUntil(resolved.Add(32 * time.Second)) // who is last in line would tell by then

	for begin, a := range acts {
		fired := r.hook.round("firing", begin, a.began)
		t.Logf("%-8s %s", strings.TrimSuffix(begin, "."), fired)
		if fired.most > a.most || fired.worst > haWait+a.late {
			t.Errorf("%s told %d times at most, want %d; last after %s, want %s\n%s", begin, fired.most, a.most,
				fired.worst, haWait+a.late, strings.Join(fired.twice, "\n"))
		}
		ended := r.hook.round("resolved", begin, resolved)
		if ended.extra > 0 {
			t.Errorf("%s: resolves told again: %s\n%s", begin, ended, strings.Join(ended.twice, "\n"))
		}
	}
}

func pauseUntil(end time.Time) {
	<-time.After(time.Until(end))
}

// TestSilencesTravel makes silences on one replica and looks for them on the others.
func TestSilencesTravel(t *testing.T) {
	r := startReplicas(t, 3)
	const silences, atOnce = 200, 8
	var mu sync.Mutex
	var took []time.Duration
	var workers sync.WaitGroup
	for w := range atOnce {
		workers.Go(func() {
			for i := w; i < silences; i += atOnce {
				lag := r.silence(t, i%3)
				mu.Lock()
				took = append(took, lag)
				mu.Unlock()
			}
		})
	}
	workers.Wait()
	slices.Sort(took)
	p50, p99 := took[len(took)/2], took[len(took)*99/100]
	t.Logf("%d silences are everywhere after %s (median), %s (p99), %s (all)", len(took), p50, p99, took[len(took)-1])
	if p99 > time.Second {
		t.Errorf("p99 is %s, want less than a second", p99)
	}
}

// silence makes one and returns how long it takes until all have it.
func (r *replicas) silence(t *testing.T, on int) time.Duration {
	now := time.Now().UTC()
	body := `{"matchers": [{"name": "alertname", "value": "X", "isRegex": false}], "createdBy": "e2e", "comment": "travels",` +
		`"startsAt": "` + now.Format(time.RFC3339) + `", "endsAt": "` + now.Add(time.Hour).Format(time.RFC3339) + `"}`
	a := r.all[on].send(t, http.MethodPost, "/api/v2/silences", body)
	if a.status != http.StatusOK {
		t.Errorf("POST: %d %s", a.status, a.body)
		return patience
	}
	id := strings.Split(a.body, `"`)[3]
	made := time.Now()
	soon(patience, func() bool {
		return !slices.ContainsFunc(r.all, func(one *replica) bool {
			a, err := one.do(t, http.MethodGet, "/api/v2/silence/"+id, nil)
			return err != nil || a.status != http.StatusOK
		})
	})
	return time.Since(made)
}
