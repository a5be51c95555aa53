package dispatch

import (
	"context"
	"maps"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/go-kit/log"
	"github.com/go-kit/log/level"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/internal/fit"
	"github.com/tocsin-alerting/tocsin/internal/line"
	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/store"
)

// Notifier is what the dispatcher needs of notify.Pipeline.
type Notifier interface {
	// Notify takes up the tick of a group. It may block until the cluster has
	// settled, but not for deliveries.
	Notify(ctx context.Context, src notify.Source, now time.Time) (notify.Flush, error)
	// Owing returns which alerts of a group somebody has yet to be told are over.
	Owing(g notify.Group) func(a *alert.Alert) bool
	// Believed returns which alerts of a group somebody believes to fire.
	Believed(g notify.Group) func(a *alert.Alert) bool
	// Adopt takes over what an earlier notifier has on its way from a group.
	Adopt(src notify.Source, receiver string)
	// Settle blocks until anything may be told.
	Settle(ctx context.Context) error
	// RouteLabels renders the labels of the route.
	RouteLabels(f notify.Flush) map[string]string
}

// Options is what a dispatcher is made of.
type Options struct {
	Alerts   *store.Alerts
	Root     *Route
	Notifier Notifier
	// StartAt is when the first group may speak; the zero value means at once.
	StartAt time.Time
	// Timers keeps when the next tick of each group is, by Group.ID, so that a
	// restart changes no rhythm; nil: nowhere. A group is written when nothing is
	// on its way from it, so that one that was interrupted is overdue.
	Timers store.Table[time.Time]
	// Before is what Timers has kept. The dispatcher takes it over.
	Before map[string]time.Time
	// Registerer takes the metrics; may be nil.
	Registerer prometheus.Registerer
	// GroupKeysInMetrics counts alerts for each group instead of all together.
	GroupKeysInMetrics bool
	Observer           Observer // may be nil
	Logger             log.Logger
	// Traces makes spans of ticks; may be nil.
	Traces Traces
}

// Dispatcher puts alerts into groups and lets each group speak on time.
type Dispatcher struct {
	watcher *store.Watcher
	startAt time.Time
	traces  Traces // may be nil
	metrics metrics
	logger  log.Logger
	due     *line.Line[*group]
	ctx     context.Context
	cancel  context.CancelFunc

	observer Observer // may be nil

	// swapping is held for reading while a notifier is at work, so that Swap
	// can wait until the old one is not.
	swapping sync.RWMutex

	mu       sync.Mutex
	root     *Route
	notifier Notifier
	stopped  bool
	groups   map[groupKey]*group
	schedule schedule // of the groups
	ready    []*group // have ticked since the dispatcher was locked
	// places remembers the groups of an alert, so that a repeated alert costs
	// no walk through the tree. If it is in left, too, it has left some of them.
	places places
	left   map[alert.Fingerprint]struct{}
	// overtaken are those that the store had forgotten before their end was seen here. It
	// may say that they are forgotten once more, after the report that ended them.
	overtaken map[alert.Fingerprint]struct{}
	// How many groups and alerts in left there were at most.
	mostGroups, mostLeft int

	timers store.Table[time.Time]
	// before is when groups of an earlier life would have ticked next. It is nil
	// once they have been built again.
	before map[string]time.Time
}

type groupKey struct {
	route  *Route
	labels alert.Labels
}

// New returns a dispatcher that knows no alert yet. It starts nothing.
func New(o Options) *Dispatcher {
	d := &Dispatcher{
		watcher:   o.Alerts.Watch("dispatcher"),
		startAt:   o.StartAt,
		observer:  o.Observer,
		traces:    o.Traces,
		logger:    o.Logger,
		root:      o.Root,
		notifier:  o.Notifier,
		groups:    make(map[groupKey]*group),
		places:    newPlaces(0),
		left:      make(map[alert.Fingerprint]struct{}),
		overtaken: make(map[alert.Fingerprint]struct{}),
		timers:    o.Timers,
	}
	if d.timers == nil {
		d.timers = store.Nowhere[time.Time]{}
	}
	d.before = o.Before
	if d.before == nil {
		d.before = make(map[string]time.Time)
	}
	d.schedule.wake = d.wake
	d.metrics = newMetrics(o, d)
	// Flushing is work for the processor only, so more workers than a few
	// would but stand in each other's way.
	d.due = line.New(min(max(runtime.GOMAXPROCS(0)/2, 2), 8), d.flush)
	d.ctx, d.cancel = context.WithCancel(context.Background())
	return d
}

// Run sorts alerts into groups as they come, until ctx is done. Then it stops
// all timers and returns when no group is at work.
func (d *Dispatcher) Run(ctx context.Context) error {
	defer d.stop()
	d.ingest()
	d.mu.Lock()
	d.rebuilt() // what comes from now on was not there before, even if nothing was
	d.mu.Unlock()
	for {
		d.ingest()
		select {
		case <-ctx.Done():
			return nil
		case <-d.watcher.Wake():
		}
	}
}

func (d *Dispatcher) stop() {
	d.watcher.Close()
	d.mu.Lock()
	d.stopped = true
	d.schedule.stop()
	d.mu.Unlock()
	d.cancel()
	d.due.Close()
}

// ingest takes up everything that has been put into the store until now.
func (d *Dispatcher) ingest() {
	if !d.watcher.Pending() {
		return
	}
	d.mu.Lock()
	defer d.release()
	if d.stopped {
		return
	}
	start := time.Now()
	changes := d.watcher.Take()
	for _, c := range changes {
		if c.Alert != nil {
			d.insert(c.Alert, start)
			d.grouped(c.Alert)
		} else {
			d.end(c.Fingerprint, start)
		}
	}
	d.rebuilt()
	d.metrics.processing.Observe(time.Since(start).Seconds())
}

// insert puts the newest state of an alert into its groups.
func (d *Dispatcher) insert(a *alert.Alert, now time.Time) {
	id := a.Fingerprint()
	delete(d.overtaken, id)
	if _, left := d.left[id]; left || !d.places.has(id) {
		delete(d.left, id)
		groups := d.place(a, now)
		if len(groups) == 0 {
			delete(d.left, id)
			return
		}
		d.places.put(id, groups)
	}
	for g := range d.places.of(id) {
		g.alerts.renew(a)
	}
}

// Holds reports whether a group has the alert.
func (d *Dispatcher) Holds(id alert.Fingerprint) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.places.has(id)
}

// end lets an alert be over that the store has forgotten. The store keeps what a
// group has until its retention is over, so whoever still has to be told of the
// end has not been reached for that long, and will not be told. An end that went
// too fast to be seen is news.
func (d *Dispatcher) end(id alert.Fingerprint, now time.Time) {
	_, again := d.overtaken[id]
	for g := range d.places.of(id) {
		m, here := g.alerts.get(id)
		switch {
		case !here, again:
		case m.alert.ResolvedAt(now):
			d.giveUp(g, m.alert)
		default:
			d.overtaken[id] = struct{}{}
			ended := *m.alert
			ended.EndsAt = now
			g.alerts.renew(&ended)
		}
	}
}

// giveUp takes an alert out of a group although its end may be owed.
func (d *Dispatcher) giveUp(g *group, a *alert.Alert) {
	if d.notifier.Owing(g.route.group(g.labels))(a) {
		d.metrics.givenUp.Inc()
		_ = level.Error(d.logger).Log("msg", "Nobody was told that an alert is over; its retention has passed", "group", g.id(), "alert", a.Labels, "ended", a.EndsAt)
	}
	d.drop(g, a.Fingerprint())
	if g.alerts.len() == 0 && !g.queued && g.outbox.Idle() {
		d.remove(g)
	}
}

// place finds the groups of an alert and makes those that do not exist.
func (d *Dispatcher) place(a *alert.Alert, now time.Time) []*group {
	routes := d.root.Match(a.Labels)
	groups := make([]*group, 0, len(routes))
	for _, r := range routes {
		key := groupKey{route: r, labels: r.groupLabels(a.Labels)}
		if d.past(r, key.labels, a, now) {
			d.left[a.Fingerprint()] = struct{}{}
			continue
		}
		g := d.groups[key]
		if g == nil {
			g = &group{d: d, route: r, labels: key.labels}
			d.groups[key] = g
			d.begin(g, d.firstTick(g, a, now), now)
		}
		groups = append(groups, g)
	}
	return groups
}

// firstTick is how long a new group waits for company. An alert that has waited
// elsewhere for as long, say in another replica, does not wait again. A group
// that was there before a restart keeps its time, or has the one that its first
// alert gave it if it had not ticked yet.
func (d *Dispatcher) firstTick(g *group, a *alert.Alert, now time.Time) time.Duration {
	began := now
	if d.before != nil {
		if next, known := d.before[g.id()]; known {
			// No tick is further away than the interval, unless the clock was set back.
			return max(min(next.Sub(now), g.route.GroupInterval), d.startAt.Sub(now), 0)
		}
		began = a.ReceivedAt
	}
	wait := g.route.GroupWait
	if a.StartsAt.Add(wait).Before(began) {
		wait = 0
	}
	return max(began.Add(wait).Sub(now), d.startAt.Sub(now), 0)
}

// rebuilt ends the time in which groups come back; the dispatcher is locked.
// What is remembered of groups that did not is forgotten.
func (d *Dispatcher) rebuilt() {
	if d.before == nil {
		return
	}
	for _, g := range d.groups {
		delete(d.before, g.id())
	}
	d.timers.Delete(slices.Collect(maps.Keys(d.before))...)
	d.before = nil
}

// present is the notifier of now.
func (d *Dispatcher) present() Notifier {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.notifier
}

// drop takes an alert out of a group; the dispatcher is locked.
func (d *Dispatcher) drop(g *group, id alert.Fingerprint) {
	g.alerts.delete(id)
	for other := range d.places.of(id) {
		if other.alerts.has(id) {
			d.left[id] = struct{}{}
			return
		}
	}
	d.places.delete(id)
	delete(d.overtaken, id)
	d.left = fit.Delete(d.left, &d.mostLeft, id)
}

// remove forgets an empty group; the dispatcher is locked.
func (d *Dispatcher) remove(g *group) {
	g.dead = true
	d.schedule.drop(g)
	d.groups = fit.Delete(d.groups, &d.mostGroups, groupKey{g.route, g.labels})
	d.timers.Delete(g.id())
}
