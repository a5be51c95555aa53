package receivertest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/cenkalti/backoff/v4"

	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/template"
)

// settings are those of a small receiver that does everything right.
type settings struct {
	notify.HTTPCommon `yaml:",inline"`
	URL               notify.Secret `yaml:"url,omitempty"`
	URLFile           string        `yaml:"url_file,omitempty"`
	Title             template.Text `yaml:"title"`
}

func (s settings) Check() error { return notify.OneOf("url", string(s.URL), s.URLFile) }

func defaults() settings {
	return settings{HTTPCommon: notify.HTTPCommon{Common: notify.Common{SendResolved: true}}, Title: "{{ .Status }}"}
}

func (s settings) build(n *notify.Notification) (*http.Request, error) {
	target, err := notify.FromFile(string(s.URL), s.URLFile)
	if err != nil {
		return nil, err
	}
	return notify.PostJSON(n.Value(template.Text(target)), map[string]string{"title": n.Text(s.Title), "receiver": n.Receiver})
}

func open(s settings, d notify.Deps) (notify.Sender, error) {
	return notify.HTTP(d, "good", s.HTTPCommon, s.build)
}

func options() Options {
	return Options{
		Config:   "url: $URL/$SECRET",
		Required: []string{"url"},
		Files:    map[string]string{"url": "url_file"},
		Texts:    []string{"title"},
		Values:   []string{"url"},
	}
}

func TestGoodKind(t *testing.T) {
	Run(t, notify.NewKind("good", defaults(), open), options())
}

// sendFunc is a Sender.
type sendFunc func(ctx context.Context, n *notify.Notification) error

func (f sendFunc) Send(ctx context.Context, n *notify.Notification) error { return f(ctx, n) }

// wrapped is the good kind with something around its sender.
func wrapped(around func(s settings, good notify.Sender) sendFunc) notify.Kind {
	return notify.NewKind("bad", defaults(), func(s settings, d notify.Deps) (notify.Sender, error) {
		good, err := open(s, d)
		return around(s, good), err
	})
}

// failingWith is the good kind with something done to its errors.
func failingWith(change func(s settings, err error) error) notify.Kind {
	return wrapped(func(s settings, good notify.Sender) sendFunc {
		return func(ctx context.Context, n *notify.Notification) error {
			if err := good.Send(ctx, n); err != nil {
				return change(s, err)
			}
			return nil
		}
	})
}

// built is the good kind with another way to make requests.
func built(build func(s settings, n *notify.Notification) (*http.Request, error)) notify.Kind {
	return notify.NewKind("bad", defaults(), func(s settings, d notify.Deps) (notify.Sender, error) {
		return notify.HTTP(d, "bad", s.HTTPCommon, func(n *notify.Notification) (*http.Request, error) { return build(s, n) })
	})
}

// careless has no check and shows its secret.
type careless struct {
	notify.HTTPCommon `yaml:",inline"`
	URL               string         `yaml:"url,omitempty"`
	Rest              map[string]any `yaml:",inline"`
}

func openCareless(c careless, d notify.Deps) (notify.Sender, error) {
	return open(settings{HTTPCommon: c.HTTPCommon, URL: notify.Secret(c.URL)}, d)
}

// greedy reads whatever it is given.
func greedy(s settings) sendFunc {
	return func(ctx context.Context, n *notify.Notification) error {
		req, err := s.build(n)
		if err != nil {
			return err
		}
		resp, err := http.DefaultClient.Do(req.WithContext(ctx))
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		body, _ := io.ReadAll(resp.Body)
		return notify.CheckStatus(resp, body, now())
	}
}

// TestDefects checks that every check can fail.
func TestDefects(t *testing.T) {
	tests := map[string]struct {
		kind  notify.Kind
		fails []string
	}{
		"knows no secrets": {
			notify.NewKind("bad", careless{}, openCareless),
			[]string{"secret is not shown", "unknown key", "required keys"},
		},
		"ignores the context": {
			wrapped(func(_ settings, good notify.Sender) sendFunc {
				return func(ctx context.Context, n *notify.Notification) error {
					return good.Send(context.WithoutCancel(ctx), n)
				}
			}),
			[]string{"cancelled", "slow answer", "answer that stops in the middle"},
		},
		"gives up": {
			failingWith(func(_ settings, err error) error { return backoff.Permanent(err) }),
			[]string{"server errors are retried", "refused connection is retried", "slow answer"},
		},
		"never gives up": {
			failingWith(func(_ settings, err error) error {
				if p, ok := errors.AsType[*backoff.PermanentError](err); ok {
					return p.Err
				}
				return err
			}),
			[]string{"client errors are permanent", "broken values"},
		},
		"says the URL": {
			failingWith(func(s settings, err error) error { return fmt.Errorf("%s: %w", string(s.URL), err) }),
			[]string{"no secret in errors", "no secret in errors about URLs"},
		},
		"says little": {
			failingWith(func(settings, error) error { return errors.New("something went wrong") }),
			[]string{"client errors are permanent", "server errors are retried", "retry-after", "files that cannot be read", "cancelled"},
		},
		"says nothing": {
			failingWith(func(settings, error) error { return nil }),
			[]string{
				"client errors are permanent", "server errors are retried", "redirect without end",
				"refused connection is retried", "slow answer", "no secret in errors", "files that cannot be read",
			},
		},
		"has settings of its own": {
			notify.NewKind("bad", defaults(), func(s settings, d notify.Deps) (notify.Sender, error) {
				s.HTTPConfig, d.UserAgent, s.Timeout = nil, "", 0
				return open(s, d)
			}),
			[]string{"own http_config", "global http_config", "one connection for many sends"},
		},
		"opens for every send": {
			notify.NewKind("bad", defaults(), func(s settings, d notify.Deps) (notify.Sender, error) {
				return sendFunc(func(ctx context.Context, n *notify.Notification) error {
					good, err := open(s, d)
					if err != nil {
						return err
					}
					return good.Send(ctx, n)
				}), nil
			}),
			[]string{"one connection for many sends"},
		},
		"reads the file once": {
			notify.NewKind("bad", defaults(), func(s settings, d notify.Deps) (notify.Sender, error) {
				text, err := notify.FromFile(string(s.URL), s.URLFile)
				s.URL, s.URLFile = notify.Secret(text), ""
				good, _ := open(s, d)
				return sendFunc(func(ctx context.Context, n *notify.Notification) error {
					return errors.Join(err, good.Send(ctx, n))
				}), nil
			}),
			[]string{"files are read again"},
		},
		"loses alerts": {
			built(func(s settings, n *notify.Notification) (*http.Request, error) {
				s.Title = template.Text(n.Value(s.Title))
				return s.build(n)
			}),
			[]string{"broken texts"},
		},
		"swallows values": {
			built(func(s settings, n *notify.Notification) (*http.Request, error) {
				s.URL = notify.Secret(strings.ReplaceAll(string(s.URL), failing, ""))
				return s.build(n)
			}),
			[]string{"broken values"},
		},
		"swallows texts": {
			built(func(s settings, n *notify.Notification) (*http.Request, error) {
				n.Text(s.Title)
				s.Title = "no title"
				return s.build(n)
			}),
			[]string{"broken texts"},
		},
		"writes nonsense": {
			built(func(s settings, _ *notify.Notification) (*http.Request, error) {
				req, err := notify.PostJSON(string(s.URL), nil)
				if err == nil {
					req.Body, req.ContentLength = io.NopCloser(&io.LimitedReader{R: zeros{}, N: 10}), 10
				}
				return req, err
			}),
			[]string{"every fixture"},
		},
		"does not say how much it writes": {
			built(func(s settings, n *notify.Notification) (*http.Request, error) {
				req, err := s.build(n)
				if err == nil {
					req.Body, req.ContentLength = io.NopCloser(req.Body), -1
				}
				return req, err
			}),
			[]string{"every fixture"},
		},
		"changes what it is given": {
			built(func(s settings, n *notify.Notification) (*http.Request, error) {
				n.Data.Status = "bad"
				return s.build(n)
			}),
			[]string{"every fixture"},
		},
		"reads everything": {
			wrapped(func(s settings, _ notify.Sender) sendFunc { return greedy(s) }),
			[]string{"oversized answers", "no secret in errors"},
		},
		"sends to nobody": {
			wrapped(func(settings, notify.Sender) sendFunc {
				return func(context.Context, *notify.Notification) error { return nil }
			}),
			[]string{"one connection for many sends", "every fixture", "secret is sent", "own http_config", "oversized answers"},
		},
		"fails at times": {
			wrapped(func(settings, notify.Sender) sendFunc {
				return func(context.Context, *notify.Notification) error { return errors.New("full moon") }
			}),
			[]string{"many groups at once", "one connection for many sends"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			for _, name := range test.fails {
				i := slices.IndexFunc(checks(), func(c check) bool { return c.name == name })
				if i < 0 {
					t.Fatalf("no check %q", name)
				}
				if err := checks()[i].run(newLab(t, test.kind, options())); err == nil {
					t.Errorf("check %q passed", name)
				} else {
					t.Logf("%s: %v", name, err)
				}
			}
		})
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
