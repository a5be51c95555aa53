package notify

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/timeinterval"
)

// Stage looks at a flush and returns what is left of it. It is called for many
// groups at once and must not change what the slices of the flush hold. An
// error ends the flush; the group tries again at its next tick.
type Stage interface {
	Exec(ctx context.Context, f Flush) (Flush, error)
}

// Cluster is this replica among its peers, as far as telling depends on it.
type Cluster interface {
	// Settle blocks until this replica knows what its peers have told, or ctx
	// is done.
	Settle(ctx context.Context) error
	// Wait says how long after the tick this replica lets its peers go first
	// with a group; 0 means that it is its turn. It does not block.
	Wait(groupID string) time.Duration
	// Claim says to the peers that this replica is about to tell something and may
	// take so long; 0 that it is not any more. It does not block.
	Claim(key LogKey, lasts time.Duration)
	// Claimed says for how long a peer that is alive may still be telling something;
	// 0 if none is.
	Claimed(key LogKey) time.Duration
}

// Alone is the Cluster of a single replica: always settled, always first.
type Alone struct{}

// Settle returns at once.
func (Alone) Settle(context.Context) error { return nil }

// Wait is always 0.
func (Alone) Wait(string) time.Duration { return 0 }

// Claim does nothing.
func (Alone) Claim(LogKey, time.Duration) {}

// Claimed is always 0.
func (Alone) Claimed(LogKey) time.Duration { return 0 }

// settle holds flushes back until the cluster has settled, so that a replica
// that has just started does not repeat what its peers have told.
type settle struct{ cluster Cluster }

func (s settle) Exec(ctx context.Context, f Flush) (Flush, error) {
	if err := s.cluster.Settle(ctx); err != nil {
		return f, fmt.Errorf("wait for the cluster to settle: %w", err)
	}
	return f, nil
}

// Muter says why an alert should stay quiet. It is called from many goroutines
// at once and must not block.
type Muter interface {
	// Reason is one word for metrics and explanations.
	Reason() string
	// MutedBy returns the ids of what mutes the alert at now, nil if nothing does.
	MutedBy(a *alert.Alert, now time.Time) []string
}

// mute takes out the alerts that a muter wants quiet. Resolved ones become
// owed: whoever was told that they fire still has to hear that they ended.
type mute struct{ muter Muter }

func (m mute) Exec(_ context.Context, f Flush) (Flush, error) {
	first := slices.IndexFunc(f.Alerts, func(a *alert.Alert) bool { return m.muter.MutedBy(a, f.Now) != nil })
	if first < 0 {
		return f, nil
	}
	kept, owed := slices.Clip(f.Alerts[:first]), slices.Clip(f.Owed)
	for i, a := range f.Alerts[first:] {
		switch {
		case i > 0 && m.muter.MutedBy(a, f.Now) == nil:
			kept = append(kept, a)
		case f.Group.Policy.SendMutedResolved && a.ResolvedAt(f.Now):
			owed = append(owed, a)
		}
	}
	f.Alerts, f.Owed = kept, owed
	return f, nil
}

// activeTime keeps a group quiet outside the active intervals of its route.
type activeTime struct{ intervals timeinterval.Set }

func (s activeTime) Exec(_ context.Context, f Flush) (Flush, error) {
	names := f.Group.Policy.ActiveIntervals
	if len(names) == 0 || len(s.intervals.Containing(names, f.Now)) > 0 {
		return f, nil
	}
	return f.muted(names), nil
}

// muteTime keeps a group quiet in the mute intervals of its route.
type muteTime struct{ intervals timeinterval.Set }

func (s muteTime) Exec(_ context.Context, f Flush) (Flush, error) {
	names := f.Group.Policy.MuteIntervals
	if len(names) == 0 {
		return f, nil
	}
	if matching := s.intervals.Containing(names, f.Now); len(matching) > 0 {
		return f.muted(matching), nil
	}
	return f, nil
}

// muted is the flush with nothing to tell. Owed resolves wait in their group
// until the muted time is over.
func (f Flush) muted(by []string) Flush {
	f.Alerts, f.Owed, f.MutedBy = nil, nil, by
	return f
}
