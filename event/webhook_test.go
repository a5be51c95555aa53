package event

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	commoncfg "github.com/prometheus/common/config"
)

// service is what events are posted to, over pipes in memory.
type service struct {
	t     *testing.T
	conns chan net.Conn
	start time.Time
	delay time.Duration // until it answers

	mu     sync.Mutex
	status []int // of the answers to come; then 200
	size   int
	heard  []string // when what came
}

func (s *service) Accept() (net.Conn, error) {
	c, open := <-s.conns
	if !open {
		return nil, net.ErrClosed
	}
	return c, nil
}

func (*service) Close() error   { return nil }
func (*service) Addr() net.Addr { return &net.TCPAddr{} }

func (s *service) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	ours, theirs := net.Pipe()
	select {
	case s.conns <- theirs:
		return ours, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	if r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/json" || r.Header.Get("User-Agent") != "agent" {
		s.t.Errorf("%s with %v", r.Method, r.Header)
	}
	arrived := time.Since(s.start)
	select {
	case <-time.After(s.delay):
	case <-r.Context().Done():
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.size += len(body)
	s.heard = append(s.heard, arrived.String()+" "+s.text(body))
	if len(s.status) > 0 {
		w.WriteHeader(s.status[0])
		s.status = s.status[1:]
	}
}

// text is the comments of a body, an array in brackets.
func (s *service) text(body []byte) string {
	if body[0] != '[' {
		return comment(s.t, body)
	}
	var items []json.RawMessage
	if err := json.Unmarshal(body, &items); err != nil {
		s.t.Errorf("%q: %v", body, err)
	}
	all := make([]string, len(items))
	for i, item := range items {
		all[i] = comment(s.t, item)
	}
	return "[" + strings.Join(all, " ") + "]"
}

const secretURL = "http://user:pass@w.example/events?token=hunter2#x"

// posting plays a story with a recorder that posts to a service.
func posting(t *testing.T, w Webhook, story func(b *bench, s *service)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := &service{t: t, conns: make(chan net.Conn), start: time.Now()}
		server := &http.Server{Handler: s, ReadHeaderTimeout: time.Hour}
		served := make(chan error)
		go func() { served <- server.Serve(s) }()
		w.URL, w.HTTP = secretURL, commoncfg.HTTPClientConfig{}
		b := newBench(t, func(o *Options) { o.Dial, o.UserAgent = s.dial, "agent" })
		b.Start(Settings{Webhooks: []Webhook{w}})
		b.run()
		story(b, s)
		b.stop()
		if strings.Contains(b.log.String(), "hunter2") || strings.Contains(b.log.String(), "pass") {
			t.Errorf("the log shows a secret: %s", &b.log)
		}
		close(s.conns)
		_ = server.Close()
		if err := <-served; !errors.Is(err, net.ErrClosed) && !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	})
}

func (s *service) lines() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.heard)
}

func (s *service) want(heard ...string) {
	s.t.Helper()
	if diff := cmp.Diff(heard, s.lines()); diff != "" {
		s.t.Errorf("heard (-want +got):\n%s", diff)
	}
}

const webhookName = "webhook:http://w.example/events"

func TestWebhookPostsOneByOne(t *testing.T) {
	posting(t, Webhook{Workers: 1}, func(b *bench, s *service) {
		b.says("a", "b")
		synctest.Wait()
		s.want("0s a", "0s b")
		if diff := cmp.Diff(map[string]float64{"silence_created " + webhookName + " success": 2}, b.counts("events_recorded_total")); diff != "" {
			t.Error(diff)
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		if diff := cmp.Diff(map[string]float64{"silence_created " + webhookName: float64(s.size)}, b.counts("event_recorder_bytes_written_total")); diff != "" {
			t.Error(diff)
		}
	})
}

func TestWebhookRetries(t *testing.T) {
	posting(t, Webhook{Workers: 1, Backoff: 10 * time.Second, Attempts: 5}, func(b *bench, s *service) {
		s.status = []int{500, 404, 301, 429, 503}
		b.says("a")
		time.Sleep(time.Hour)
		s.want("0s a", "10s a", "30s a", "1m0s a", "1m30s a")
		if diff := cmp.Diff(map[string]float64{"silence_created " + webhookName + " error": 1}, b.counts("events_recorded_total")); diff != "" {
			t.Error(diff)
		}
		if !strings.Contains(b.log.String(), `err="status 503"`) {
			t.Errorf("logged %s", &b.log)
		}
	})
}

func TestWebhookDefaults(t *testing.T) {
	posting(t, Webhook{Workers: -1, Attempts: -1, Timeout: -1, Backoff: 500 * time.Millisecond}, func(b *bench, s *service) {
		s.delay = time.Minute
		b.says("1", "2", "3", "4", "5")
		time.Sleep(time.Hour)
		got := make(map[string]int)
		for _, line := range s.lines() {
			at, _, _ := strings.Cut(line, " ")
			got[at]++
		}
		// Three attempts of 10s each for four events at the same time, and then
		// for the fifth.
		want := map[string]int{"0s": 4, "10.5s": 4, "21.5s": 4, "31.5s": 1, "42s": 1, "53s": 1}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("attempts (-want +got):\n%s", diff)
		}
	})
}

func TestWebhookQueueOverflows(t *testing.T) {
	posting(t, Webhook{Workers: 2, Timeout: time.Hour}, func(b *bench, s *service) {
		s.delay = time.Minute
		b.says(numbered(2)...)
		synctest.Wait() // the workers have one each
		b.says(numbered(backlog + 5)...)
		synctest.Wait()
		if diff := cmp.Diff(map[string]float64{webhookName: 5}, b.counts("event_output_drops_total")); diff != "" {
			t.Error(diff)
		}
		time.Sleep((backlog/2 + 2) * time.Minute)
		if n := len(s.lines()); n != backlog+2 {
			t.Errorf("%d were posted, want %d", n, backlog+2)
		}
	})
}

func TestWebhookBatches(t *testing.T) {
	one := len(`{"@timestamp":"2000-01-01T00:00:00Z","instance":"h","data":{"silenceCreated":{"silence":{"matcherSets":[{}],"comment":"a"}}}}`)
	for _, tt := range []struct {
		name string
		w    Webhook
		want []string
	}{
		{"by number", Webhook{BatchEvents: 2}, []string{"0s [a b]", "0s [c d]", "100ms [e]"}},
		{"by time", Webhook{BatchWait: time.Second}, []string{"1s [a b c d e]"}},
		{"by size, which is soft", Webhook{BatchBytes: 2*one + 1}, []string{"0s [a b c]", "100ms [d e]"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.w.Batch, tt.w.Workers = true, 1
			posting(t, tt.w, func(b *bench, s *service) {
				b.says("a", "b", "c", "d", "e")
				time.Sleep(time.Minute)
				s.want(tt.want...)
			})
		})
	}
}

func TestWebhookBatchFailsAsAWhole(t *testing.T) {
	posting(t, Webhook{Batch: true, Workers: 1, Attempts: 1}, func(b *bench, s *service) {
		s.status = []int{500}
		b.says("a", "b")
		time.Sleep(time.Minute)
		if diff := cmp.Diff(map[string]float64{"silence_created " + webhookName + " error": 2}, b.counts("events_recorded_total")); diff != "" {
			t.Error(diff)
		}
	})
}

func TestWebhookEnds(t *testing.T) {
	posting(t, Webhook{Batch: true, Workers: 1, BatchWait: time.Hour}, func(b *bench, s *service) {
		b.says("a", "b")
		b.stop()
		s.want("0s [a b]")
	})
	posting(t, Webhook{Workers: 1, Timeout: time.Hour}, func(b *bench, s *service) {
		s.delay = time.Hour
		b.says("a", "b")
		b.stop()
		if took := time.Since(s.start); took != closing {
			t.Errorf("it took %s to end, want %s", took, closing)
		}
		if diff := cmp.Diff(map[string]float64{"silence_created " + webhookName + " error": 2}, b.counts("events_recorded_total")); diff != "" {
			t.Error(diff)
		}
	})
}

func TestOutputNames(t *testing.T) {
	for got, want := range map[string]string{
		Webhook{URL: secretURL}.name():                                 webhookName,
		Webhook{URL: "https://w.example:1/a%2Fb?"}.name():              "webhook:https://w.example:1/a%2Fb",
		Webhook{URL: "http://%zz"}.name():                              "webhook",
		Kafka{Brokers: []string{"b:2", "a:1", "c"}, Topic: "t"}.name(): "kafka:a:1,b:2,c/t",
	} {
		if got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
