package daemon

import (
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/go-kit/log/level"

	"github.com/tocsin-alerting/tocsin/notify"
)

// What ClusterOptions.Compat may say.
const (
	compatOff          = "off"
	compatAlertmanager = "alertmanager"
)

// amongAlertmanagers reports whether this replica is to be a member of a cluster of
// Alertmanager.
func (o *ClusterOptions) amongAlertmanagers() (bool, error) {
	switch o.Compat {
	case "", compatOff:
		return false, nil
	case compatAlertmanager:
		return true, nil
	}
	return false, fmt.Errorf("cluster: no such replicas to be compatible with: %q", o.Compat)
}

// shareForeign shares what members of a cluster of Alertmanager share: silences and
// what was told. Alerts have to be posted to every member, and nobody says that he
// is about to tell something.
func (r *replicas) shareForeign(d *Daemon) {
	_ = level.Info(d.logger).Log("msg", "Joining a cluster of Alertmanager: alerts have to be posted to every replica")
	groups := func(key, receiver string) []string {
		return d.current.Load().config.Tree.GroupIDs(key, receiver)
	}
	r.log = r.peer.ShareForeign(sharedLog, sharedForeignLog{d.log, groups})
	r.silences = r.peer.ShareForeign(sharedSilences, d.silences)
}

// sharedForeignLog is the log as members of a cluster of Alertmanager share it.
// They know groups by the keys that users see.
type sharedForeignLog struct {
	*notify.Log
	groups func(key, receiver string) []string // ids of the groups with a key, none: no route makes one
}

// Records yields what was told.
func (s sharedForeignLog) Records() iter.Seq[[]byte] {
	entries := make(map[string]*notify.Entry)
	for e := range s.Entries() {
		entries[e.Key.String()] = e
	}
	return slices.Values(foreignLog(entries))
}

// Take takes in what a member has told. What no route asks for is kept, so that it
// can be passed on to those who join.
func (s sharedForeignLog) Take(record []byte) (key string, err error) {
	e, err := notify.ParseEntry(record)
	if err != nil {
		return "", err
	}
	if !e.ExpiresAt.After(time.Now()) {
		return "", nil
	}
	groups := s.groups(e.Key.Group, e.Key.Receiver)
	if len(groups) == 0 {
		groups = []string{e.Key.Group}
	}
	if !s.Adopt(e, groups...) {
		return "", nil
	}
	return e.Key.String(), nil
}
