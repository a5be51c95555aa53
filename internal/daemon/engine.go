package daemon

import (
	"context"
	"errors"
	"time"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/api"
	"github.com/tocsin-alerting/tocsin/dispatch"
	"github.com/tocsin-alerting/tocsin/silence"
	"github.com/tocsin-alerting/tocsin/store"
	"github.com/tocsin-alerting/tocsin/store/disk"
)

// engine answers the API's questions from the current generation.
type engine struct{ d *Daemon }

func (e engine) Receivers() []api.Receiver {
	configured := e.d.current.Load().config.Receivers
	receivers := make([]api.Receiver, len(configured))
	for i, r := range configured {
		receivers[i] = api.Receiver{Name: r.Name, Labels: r.Labels}
	}
	return receivers
}

// ReceiversOf asks the routes themselves: the dispatcher may be busy.
func (e engine) ReceiversOf(l alert.Labels) []string {
	return e.d.current.Load().config.Tree.Receivers(l)
}

func (e engine) Groups(ctx context.Context) ([]api.Group, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return groups(e.d.dispatcher.Groups()), nil
}

func (e engine) GroupsOf(ctx context.Context, ids []alert.Fingerprint) ([]api.Group, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return groups(e.d.dispatcher.GroupsOf(ids)), nil
}

func groups(views []dispatch.View) []api.Group {
	groups := make([]api.Group, len(views))
	for i := range views {
		groups[i] = group(&views[i])
	}
	return groups
}

func group(v *dispatch.View) api.Group {
	return api.Group{
		Labels:      v.Labels,
		Receiver:    v.Receiver,
		RouteLabels: v.RouteLabels,
		Alerts:      v.Alerts,
		MutedBy:     v.MutedBy,
		Names: func() api.GroupNames {
			n := v.Names()
			return api.GroupNames{ID: n.Ref, Key: n.Key, Route: n.Route}
		},
	}
}

func (e engine) GroupByID(ctx context.Context, id string) (api.WholeGroup, bool, error) {
	if err := ctx.Err(); err != nil {
		return api.WholeGroup{}, false, err
	}
	w, found := e.d.dispatcher.Find(id)
	if !found {
		return api.WholeGroup{}, false, nil
	}
	return api.WholeGroup{Group: group(&w.View), GroupNames: api.GroupNames{ID: w.Ref, Key: w.Key, Route: w.Route}}, true, nil
}

func (e engine) SilencedBy(a *alert.Alert, now time.Time) []string {
	return e.d.silences.MutedBy(a, now)
}

func (e engine) InhibitedBy(a *alert.Alert, now time.Time) []string {
	return e.d.current.Load().inhibitor.MutedBy(a, now)
}

func (e engine) ResolveTimeout() time.Duration {
	return time.Duration(e.d.current.Load().config.Global.ResolveTimeout)
}

func (e engine) ConfigText() string { return e.d.current.Load().text }

func (e engine) Cluster() api.Cluster { return e.d.replicas.view() }

// lifecycle is the daemon as its operator sees it through the API.
type lifecycle struct{ d *Daemon }

func (l lifecycle) Reload(ctx context.Context) error { return l.d.Reload(ctx) }

func (l lifecycle) Ready() error {
	if !l.d.ready.Load() {
		return errors.New("starting up or shutting down")
	}
	return nil
}

func (l lifecycle) Impaired() error { return l.d.storage.err() }

// alerts lets the API see the store as it knows it.
type alerts struct{ *store.Alerts }

func (a alerts) Put(ctx context.Context, batch []*alert.Alert) error {
	return asAPI(a.Alerts.Put(ctx, batch))
}

// silences lets the API see silences as it knows them.
type silences struct{ *silence.Silences }

func (s silences) Set(ctx context.Context, v api.Silence) (string, error) {
	id, err := s.Silences.Set(ctx, silence.Silence{
		ID:          v.ID,
		Matchers:    v.Matchers,
		StartsAt:    v.StartsAt,
		EndsAt:      v.EndsAt,
		CreatedBy:   v.CreatedBy,
		Comment:     v.Comment,
		Annotations: v.Annotations.Map(),
	})
	return id, asAPI(err)
}

func (s silences) Expire(ctx context.Context, id string) error {
	return asAPI(s.Silences.Expire(ctx, id))
}

func (s silences) Get(id string) (api.Silence, bool) {
	found, ok := s.Silences.Get(id)
	if !ok {
		return api.Silence{}, false
	}
	return view(found), true
}

func (s silences) All() []api.Silence {
	stored := s.Silences.All()
	views := make([]api.Silence, len(stored))
	for i, found := range stored {
		views[i] = view(found)
	}
	return views
}

func view(s *silence.Silence) api.Silence {
	return api.Silence{
		ID:          s.ID,
		Matchers:    s.Matchers,
		StartsAt:    s.StartsAt,
		EndsAt:      s.EndsAt,
		UpdatedAt:   s.UpdatedAt,
		CreatedBy:   s.CreatedBy,
		Comment:     s.Comment,
		Annotations: alert.LabelsFromMap(s.Annotations),
	}
}

// asAPI says in the API's terms who is to blame for an error.
func asAPI(err error) error {
	switch {
	case errors.Is(err, disk.ErrUnavailable):
		return passing{err}
	case errors.Is(err, silence.ErrNotFound):
		return api.ErrNotFound
	case errors.Is(err, silence.ErrInvalid), errors.Is(err, silence.ErrLimit):
		return blame{err}
	}
	return err
}

// passing is an error that may not be there the next time, worded as it is.
type passing struct{ error }

// Is makes the API answer that the request may be repeated.
func (passing) Is(target error) bool { return target == api.ErrUnavailable }

// blame is an error of the author of a request, worded as it is.
type blame struct{ error }

// Is makes the API answer that the request was bad.
func (blame) Is(target error) bool { return target == api.ErrInvalid }
