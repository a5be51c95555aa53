package receivertest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/cenkalti/backoff/v4"
	"github.com/go-kit/log"
	commoncfg "github.com/prometheus/common/config"
	"gopkg.in/yaml.v3"

	"github.com/tocsin-alerting/tocsin/internal/yamlx"
	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/template"
)

const (
	userAgent = "tocsin/test"
	secret    = "s3cr3t-0f-the-service"
	// patience bounds a test whose subject hangs.
	patience = 20 * time.Second
)

// lab is the place where one check is made.
type lab struct {
	t         *testing.T
	kind      notify.Kind
	o         Options
	deps      notify.Deps
	templates *template.Set
	global    string                      // section of that name, as far as it concerns the kind
	http      *commoncfg.HTTPClientConfig // of that section
}

func newLab(t *testing.T, kind notify.Kind, o Options) *lab {
	templates, err := template.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &lab{
		t:         t,
		kind:      kind,
		o:         o,
		deps:      notify.Deps{UserAgent: userAgent, Logger: log.NewNopLogger(), AllowExec: true},
		templates: templates,
	}
}

// serve starts a service that answers as handle does.
func (l *lab) serve(handle http.HandlerFunc) *service { return serve(l.t, handle) }

// entry is the smallest valid entry for a service. The global section is then
// that which goes with it.
func (l *lab) entry(url string) string {
	l.global = fill(l.o.Global, url, secret)
	return fill(l.o.Config, url, secret)
}

func fill(text, url, secret string) string {
	return strings.NewReplacer("$URL", url, "$SECRET", secret).Replace(text)
}

// edit changes an entry.
func edit(entry string, change func(keys map[string]any)) (string, error) {
	keys := make(map[string]any)
	if err := yaml.Unmarshal([]byte(entry), &keys); err != nil {
		return "", fmt.Errorf("the entry is no map: %w", err)
	}
	change(keys)
	text, err := yaml.Marshal(keys)
	return string(text), err
}

// with is an entry with another value for a key.
func with(entry, key string, value any) (string, error) {
	return edit(entry, func(keys map[string]any) { keys[key] = value })
}

// decode reads an entry as it is read in a configuration.
func (l *lab) decode(entry string) (notify.Config, error) {
	around := notify.Around{HTTP: l.http, Global: l.kind.Globals()}
	if around.Global != nil {
		d, err := yamlx.Parse([]byte(l.global))
		if err != nil {
			return nil, err
		}
		if err := d.Decode(around.Global); err != nil {
			return nil, fmt.Errorf("global: %w", err)
		}
		if checks, ok := around.Global.(interface{ Check() error }); ok {
			if err := checks.Check(); err != nil {
				return nil, fmt.Errorf("global: %w", err)
			}
		}
	}
	d, err := yamlx.Parse([]byte(entry))
	if err != nil {
		return nil, err
	}
	return l.kind.Decode(d.Decode, around)
}

// open reads an entry and opens it.
func (l *lab) open(entry string) (sender, error) {
	c, err := l.decode(entry)
	if err != nil {
		return sender{}, fmt.Errorf("decode %s: %w", entry, err)
	}
	s, err := c.Open(l.deps)
	if err != nil {
		return sender{}, fmt.Errorf("open %s: %w", entry, err)
	}
	return sender{lab: l, Sender: s, fixture: fixture{l.templates, c.SendsResolved()}}, nil
}

// sender sends fixtures.
type sender struct {
	notify.Sender
	lab     *lab
	fixture fixture
}

// send sends one, with patience.
func (s sender) send(name string) (*notify.Notification, error) {
	ctx, cancel := context.WithTimeout(s.lab.t.Context(), patience)
	defer cancel()
	n := s.fixture.make(s.lab.t, name)
	if len(n.Alerts) == 0 {
		return n, nil
	}
	return n, s.Send(ctx, n)
}

// try opens the smallest entry for a service and sends a notification. The
// first error is about the test itself, the second is of Send.
func (l *lab) try(url string) (broken, err error) {
	s, broken := l.open(l.entry(url))
	if broken != nil {
		return broken, nil
	}
	_, err = s.send("firing")
	return nil, err
}

func permanent(err error) bool {
	_, is := errors.AsType[*backoff.PermanentError](err)
	return is
}
