package event

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestFullQueueDropsAndCounts(t *testing.T) {
	b := newBench(t)
	b.Start(Settings{Stdouts: 1})
	b.says(numbered(room + 3)...)
	if n := b.counts("event_recorder_queue_length")[""]; n != room {
		t.Errorf("%v events wait, want %d", n, room)
	}
	if diff := cmp.Diff(map[string]float64{"silence_created": 3}, b.counts("events_dropped_total")); diff != "" {
		t.Errorf("dropped (-want +got):\n%s", diff)
	}
	b.run()
	b.stop()
	if diff := cmp.Diff(numbered(room), comments(t, b.out.String())); diff != "" {
		t.Errorf("written (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]float64{"silence_created stdout": float64(b.out.b.Len() - room)}, b.counts("event_recorder_bytes_written_total")); diff != "" {
		t.Errorf("bytes (-want +got):\n%s", diff)
	}
}

func TestNothingIsQueuedForNobody(t *testing.T) {
	b := newBench(t)
	b.says("before the start")
	b.Start(Settings{})
	b.says("without outputs")
	if b.On() || len(b.queue) != 0 {
		t.Errorf("%d events wait although nobody listens", len(b.queue))
	}
	b.run()
	if err := b.Replace(Settings{Stdouts: 2}); err != nil {
		t.Fatal(err)
	}
	b.says("heard")
	if err := b.Replace(Settings{}); err != nil {
		t.Fatal(err)
	}
	b.says("switched off")
	b.stop()
	if strings.Contains(b.out.String(), "switched off") {
		t.Errorf("written: %s", &b.out)
	}
}

func TestTimeAndPlaceAreThoseOfTheRecording(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		position := 2
		b := newBench(t, func(o *Options) { o.Position = func() int { return position } })
		b.Start(Settings{Stdouts: 1})
		time.Sleep(1500 * time.Millisecond)
		b.Record(Startup{})
		position = 0
		time.Sleep(time.Hour)
		b.run()
		b.stop()
		want := `{"@timestamp":"2000-01-01T00:00:01.500Z","instance":"h","clusterPosition":2,"data":{"alertmanagerStartupEvent":{}}}` + "\n"
		if diff := cmp.Diff(want, b.out.String()); diff != "" {
			t.Error(diff)
		}
	})
}

func TestWhatCannotBeEncodedIsCounted(t *testing.T) {
	b := newBench(t)
	b.Start(Settings{Stdouts: 1})
	b.Record(SilenceUpdated{Silence{EndsAt: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)}})
	b.says("next")
	b.run()
	b.stop()
	if diff := cmp.Diff(map[string]float64{"silence_updated": 1}, b.counts("event_serialize_errors_total")); diff != "" {
		t.Error(diff)
	}
	if got := comments(t, b.out.String()); len(got) != 1 || got[0] != "next" {
		t.Errorf("written: %q", got)
	}
}

func TestOutputsThatFailAtTheStartAreLeftOut(t *testing.T) {
	b := newBench(t)
	good, bad := filepath.Join(t.TempDir(), "events"), badTLS()
	b.Start(Settings{
		Files:    []string{"/no/such/folder/events", good},
		Webhooks: []Webhook{bad},
		Kafkas:   []Kafka{{Brokers: []string{"k:1"}, Topic: "t", TLS: &bad.HTTP.TLSConfig}},
	})
	b.says("a")
	b.run()
	b.stop()
	for _, want := range []string{"level=error", "file:/no/such/folder/events: ", "webhook:http://w.example/: ", "kafka:k:1/t: tls_config: "} {
		if !strings.Contains(b.log.String(), want) {
			t.Errorf("the log lacks %s: %s", want, &b.log)
		}
	}
	if diff := cmp.Diff(map[string]float64{"silence_created file:" + good + " success": 1}, b.counts("events_recorded_total")); diff != "" {
		t.Error(diff)
	}
}

func badTLS() Webhook {
	w := Webhook{URL: "http://w.example/"}
	w.HTTP.TLSConfig.CAFile = "/no/such/ca"
	return w
}

func TestReplace(t *testing.T) {
	dir := t.TempDir()
	one, two := filepath.Join(dir, "one"), filepath.Join(dir, "two")
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.Start(Settings{Files: []string{one}})
		b.run()
		b.says("first")
		if err := b.Replace(Settings{Files: []string{two, filepath.Join(dir, "no", "folder")}}); err == nil || !strings.Contains(err.Error(), "no/folder: open ") {
			t.Errorf("error %v", err)
		}
		b.says("kept")
		synctest.Wait()
		if err := b.Replace(Settings{Files: []string{two}}); err != nil {
			t.Fatal(err)
		}
		b.says("replaced")
		synctest.Wait()
		if err := b.Replace(Settings{Files: []string{two}, Stdouts: 1}); err != nil {
			t.Fatal(err)
		}
		b.says("both")
		b.stop()
		for path, want := range map[string][]string{one: {"first", "kept"}, two: {"replaced", "both"}} {
			if diff := cmp.Diff(want, comments(t, read(t, path))); diff != "" {
				t.Errorf("%s (-want +got):\n%s", filepath.Base(path), diff)
			}
		}
		if diff := cmp.Diff([]string{"both"}, comments(t, b.out.String())); diff != "" {
			t.Error(diff)
		}
	})
}

func TestReplaceByTheSameTouchesNothing(t *testing.T) {
	dir := t.TempDir()
	late := filepath.Join(dir, "folder", "events")
	s := Settings{Files: []string{late}, Stdouts: 1}
	b := newBench(t)
	b.Start(s)
	if err := b.Replace(s); err == nil {
		t.Error("no error although the file cannot be opened")
	}
	if err := os.Mkdir(filepath.Dir(late), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := b.Replace(s); err != nil {
		t.Errorf("tried again: %v", err)
	}
	before := b.next.Load()
	if err := b.Replace(Settings{Files: []string{late}, Stdouts: 1}); err != nil || b.next.Load() != before {
		t.Errorf("equal outputs were opened again, error %v", err)
	}
	b.run()
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Error(err)
	}
	return string(b)
}
