package tracing

import (
	"context"
	"slices"
	"sync"
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/tocsin-alerting/tocsin/alert"
)

// trailSize is of how many alerts the trail knows, at least, which request has
// brought them last; it holds up to twice as many. Others are forgotten: the ticks
// of their groups begin traces of their own.
const trailSize = 8192

// maxLinks is how many further requests a tick names.
const maxLinks = 32

// Brought says that a request brings alerts. It must be called before anybody can
// see them. It remembers only what is recorded, and nothing while tracing is off.
func (t *Tracing) Brought(ctx context.Context, alerts []*alert.Alert) {
	if sc := trace.SpanContextFromContext(ctx); sc.IsSampled() && t.On() {
		t.trail.add(alerts, mark{sc, time.Now()})
	}
}

// Tick begins the span of the tick of a group with these alerts. It is a part of
// the trace of the request that has brought one of them last, if that was after
// since, and linked to those of the others. Otherwise a trace begins.
func (t *Tracing) Tick(ctx context.Context, since time.Time, alerts []alert.Fingerprint) (context.Context, trace.Span) {
	origins := t.trail.origins(alerts, since)
	if len(origins) == 0 {
		return t.Start(ctx, "group tick")
	}
	var links []trace.Link
	for _, origin := range origins[1:] {
		links = append(links, trace.Link{SpanContext: origin})
	}
	return t.Start(trace.ContextWithSpanContext(ctx, origins[0]), "group tick", trace.WithLinks(links...))
}

// mark is a request and when it came.
type mark struct {
	request trace.SpanContext
	at      time.Time
}

// trail is the requests that have brought alerts. The zero value is empty.
type trail struct {
	mu         sync.Mutex
	young, old map[alert.Fingerprint]mark
}

func (t *trail) clear() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.young, t.old = nil, nil
}

func (t *trail) add(alerts []*alert.Alert, m mark) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, a := range alerts {
		if len(t.young) >= trailSize {
			t.young, t.old = nil, t.young
		}
		if t.young == nil {
			t.young = make(map[alert.Fingerprint]mark)
		}
		t.young[a.Fingerprint()] = m
	}
}

// origins are the requests that have brought some of the alerts after since, each
// once, the newest first, and not too many.
func (t *trail) origins(ids []alert.Fingerprint, since time.Time) []trace.SpanContext {
	marks := t.marks(ids, since)
	slices.SortFunc(marks, func(a, b mark) int { return b.at.Compare(a.at) })
	var requests []trace.SpanContext
	seen := make(map[trace.SpanID]bool)
	for _, m := range marks {
		if id := m.request.SpanID(); !seen[id] && len(requests) <= maxLinks {
			seen[id] = true
			requests = append(requests, m.request)
		}
	}
	return requests
}

func (t *trail) marks(ids []alert.Fingerprint, since time.Time) []mark {
	t.mu.Lock()
	defer t.mu.Unlock()
	var marks []mark
	for _, id := range ids {
		m, known := t.young[id]
		if !known {
			m, known = t.old[id]
		}
		if known && m.at.After(since) {
			marks = append(marks, m)
		}
	}
	return marks
}
