package sim

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-alerting/tocsin/internal/daemon"
)

const recording = config + `
event_recorder:
  file_outputs: [{path: events.jsonl}]
`

func recorderOn(o *daemon.Options) { o.EventRecorder = true }

// happened is what the stories look at of an event.
type happened struct {
	Timestamp time.Time `json:"@timestamp"`
	Instance  string
	Data      map[string]struct {
		Alert struct {
			Labels   map[string]string
			Resolved bool
		}
		Group struct{ Key, Receiver string }

		Integration    struct{ Kind string }
		Alerts         []struct{ Labels map[string]string }
		FiringHashes   []string
		ResolvedHashes []string
		MutedHashes    []string
		RepeatInterval string
		Reason         string
		FlushID        string

		Silence                struct{ ID, Comment string }
		SilenceIDs             []string
		InhibitingFingerprints []string
	}
}

// recorded reads a file of events as a story: when, what, whom about.
func (w *world) recorded(file string) []string {
	w.t.Helper()
	text, err := os.ReadFile(filepath.Join(filepath.Dir(w.file), file))
	if err != nil {
		w.t.Fatal(err)
	}
	var story []string
	for line := range strings.Lines(string(text)) {
		var e happened
		if err := json.Unmarshal([]byte(line), &e); err != nil || e.Instance == "" || len(e.Data) != 1 {
			w.t.Errorf("%s: %v", line, err)
		}
		for what, data := range e.Data {
			words := []string{e.Timestamp.Sub(w.start).String(), what, data.Alert.Labels["host"]}
			if data.Alert.Resolved {
				words = append(words, "resolved")
			}
			words = append(words, data.Group.Receiver, data.Integration.Kind)
			for _, a := range data.Alerts {
				words = append(words, a.Labels["host"])
			}
			words = append(words, data.Reason, data.RepeatInterval, data.FlushID, data.Silence.Comment)
			for name, list := range map[string][]string{"F": data.FiringHashes, "R": data.ResolvedHashes, "M": data.MutedHashes} {
				words = append(words, strings.Repeat(name, len(list)))
			}
			slices.Sort(words[len(words)-3:])
			words = append(words, strings.Repeat("by", len(data.SilenceIDs)+len(data.InhibitingFingerprints)))
			story = append(story, strings.Join(strings.Fields(strings.Join(words, " ")), " "))
		}
	}
	return story
}

func TestEventsOfAStory(t *testing.T) {
	inBubble(t, recording, func(w *world) {
		w.fires("a")
		w.until(time.Minute)
		id := w.silence("a", 10*time.Hour)
		w.fires("b")
		w.until(6 * time.Minute)
		w.must(http.MethodDelete, "/api/v2/silence/"+id, "")
		w.ends("a")
		w.ends("b")
		w.until(11 * time.Minute)
		w.stop()
		time.Sleep(time.Minute)
		if diff := cmp.Diff([]string{
			"0s alertmanagerStartupEvent",
			"0s alertCreated a",
			"0s alertGrouped a ops",
			"30s notification ops webhook a first notification 14400s 1 F",
			"1m0s silenceCreated work",
			"1m0s alertCreated b",
			"1m0s alertGrouped b ops",
			"5m30s silenceMutedAlert a by",
			"5m30s notification ops webhook b new alerts added 14400s 2 F M",
			"6m0s silenceUpdated work",
			"6m0s alertGrouped a resolved ops",
			"6m0s alertGrouped b resolved ops",
			"10m30s notification ops webhook a b all alerts resolved 14400s 3 RR",
			"10m30s alertResolved a resolved ops",
			"10m30s alertResolved b resolved ops",
			"11m0s alertmanagerShutdownEvent",
		}, w.recorded("events.jsonl")); diff != "" {
			t.Errorf("recorded (-want +got):\n%s", diff)
		}
	}, recorderOn)
}

func TestEventOfAnInhibition(t *testing.T) {
	inBubble(t, recording, func(w *world) {
		w.must(http.MethodPost, "/api/v2/alerts", `[{"labels":{"alertname":"Y","host":"behind1"}},{"labels":{"alertname":"X","host":"router"}}]`)
		w.until(time.Minute)
		muted := slices.DeleteFunc(w.recorded("events.jsonl"), func(s string) bool { return !strings.Contains(s, "Muted") })
		if diff := cmp.Diff([]string{"30s inhibitionMutedAlert behind1 by"}, muted); diff != "" {
			t.Error(diff)
		}
	}, recorderOn)
}

func TestReloadOfTheOutputsOfEvents(t *testing.T) {
	inBubble(t, recording, func(w *world) {
		w.fires("a")
		synctest.Wait()
		w.write(strings.Replace(recording, "path: events.jsonl", "path: no/such/folder/events", 1))
		w.must(http.MethodPost, "/-/reload", "")
		if logs := w.logs.String(); !strings.Contains(logs, `msg="Outputs of events stay as they were"`) || !strings.Contains(logs, `msg="Configuration in force"`) {
			t.Error("the log does not say that one output cannot be opened and the rest is in force")
		}
		w.fires("b")
		synctest.Wait()
		w.write(strings.Replace(recording, "path: events.jsonl", "path: other.jsonl", 1))
		w.must(http.MethodPost, "/-/reload", "")
		w.fires("c")
		synctest.Wait()
		w.write(config)
		w.must(http.MethodPost, "/-/reload", "")
		w.fires("d")
		w.stop()
		time.Sleep(time.Minute)
		for file, want := range map[string][]string{
			"events.jsonl": {"0s alertmanagerStartupEvent", "0s alertCreated a", "0s alertGrouped a ops", "0s alertCreated b", "0s alertGrouped b ops"},
			"other.jsonl":  {"0s alertCreated c", "0s alertGrouped c ops"},
		} {
			if diff := cmp.Diff(want, w.recorded(file)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", file, diff)
			}
		}
	}, recorderOn)
}

func TestAReloadThatMovesAnAlertIsAnEvent(t *testing.T) {
	inBubble(t, recording, func(w *world) {
		w.fires("a")
		synctest.Wait()
		w.write(recording + "# the same groups\n")
		w.must(http.MethodPost, "/-/reload", "")
		w.write(strings.Replace(recording, "group_by: [alertname]", "group_by: [host]", 1))
		w.must(http.MethodPost, "/-/reload", "")
		synctest.Wait()
		if diff := cmp.Diff([]string{
			"0s alertmanagerStartupEvent", "0s alertCreated a", "0s alertGrouped a ops", "0s alertGrouped a ops",
		}, w.recorded("events.jsonl")); diff != "" {
			t.Error(diff)
		}
	}, recorderOn)
}

func TestEventsAreOffWithoutTheFeature(t *testing.T) {
	inBubble(t, recording, func(w *world) {
		w.fires("a")
		w.until(time.Minute)
		if _, err := os.Stat(filepath.Join(filepath.Dir(w.file), "events.jsonl")); !os.IsNotExist(err) {
			t.Errorf("the file is there: %v", err)
		}
		if metrics := w.must(http.MethodGet, "/metrics", ""); strings.Contains(metrics, "alertmanager_event") {
			t.Error("there are metrics of events")
		}
		if !strings.Contains(w.logs.String(), "event_recorder has no effect without --enable-feature=event-recorder") {
			t.Error("the log does not warn")
		}
	})
}
