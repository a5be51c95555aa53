package disk

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/go-kit/log/level"

	"github.com/tocsin-alerting/tocsin/alert"
)

// Journal is the store.Journal in the database.
type Journal struct{ db *DB }

// Journal returns the journal of alerts.
func (db *DB) Journal() Journal { return Journal{db} }

// Put enters the state of an alert.
func (j Journal) Put(a *alert.Alert) {
	id := a.Fingerprint()
	j.db.enter(func(g *group) {
		delete(j.db.longer, id)
		g.put(alertKey(id), func(b []byte) []byte { return alert.Append(b, a) })
	})
}

// Extend enters that an alert goes on for longer. Of several extensions within a
// second only the last is written.
func (j Journal) Extend(a *alert.Alert) {
	e := extension{endsAt: a.EndsAt, updatedAt: a.UpdatedAt}
	j.db.enter(func(*group) { j.db.longer[a.Fingerprint()] = e })
}

// Delete enters that an alert is forgotten.
func (j Journal) Delete(id alert.Fingerprint) {
	j.db.enter(func(g *group) {
		delete(j.db.longer, id)
		g.delete(alertKey(id))
		g.delete(extensionKey(id))
	})
}

// Sync waits until all that was Put is durable.
func (j Journal) Sync(ctx context.Context) error { return j.db.Sync(ctx) }

// All yields the alerts. One that cannot be decoded is left out and logged.
func (j Journal) All() iter.Seq2[*alert.Alert, error] {
	return func(yield func(*alert.Alert, error) bool) {
		longer, err := j.db.extensions()
		if err != nil {
			yield(nil, err)
			return
		}
		enough := false
		err = j.db.scan(alertPrefix, func(key, value []byte) bool {
			a, err := alert.Decode(value)
			if err != nil {
				_ = level.Error(j.db.o.Logger).Log("msg", "Alert left out, its record cannot be read", "alert", fmt.Sprintf("%x", key), "err", err)
				return true
			}
			if e, extended := longer[a.Fingerprint()]; extended && e.updatedAt.After(a.UpdatedAt) {
				a.EndsAt, a.UpdatedAt = e.endsAt, e.updatedAt
			}
			enough = !yield(a, nil)
			return !enough
		})
		if err != nil && !enough {
			yield(nil, err)
		}
	}
}

// extensions reads all extensions; one that cannot be decoded counts as lost.
func (db *DB) extensions() (map[alert.Fingerprint]extension, error) {
	longer := make(map[alert.Fingerprint]extension)
	err := db.scan(extensionPrefix, func(key, value []byte) bool {
		x, err := decodeExtension(value)
		if err == nil && len(key) == 8 {
			longer[alert.Fingerprint(binary.BigEndian.Uint64(key))] = x
		}
		return true
	})
	return longer, err
}

// extension is what a report changes that says nothing new. It has a record of
// its own, since it is small and frequent. One that is older than the alert, or
// of an alert that is gone, means nothing.
type extension struct{ endsAt, updatedAt time.Time }

func (e extension) append(b []byte) []byte {
	b = append(b, extensionVersion)
	return alert.AppendTime(alert.AppendTime(b, e.endsAt), e.updatedAt)
}

func alertKey(id alert.Fingerprint) []byte     { return idKey(alertPrefix, id) }
func extensionKey(id alert.Fingerprint) []byte { return idKey(extensionPrefix, id) }

func idKey(prefix byte, id alert.Fingerprint) []byte {
	return binary.BigEndian.AppendUint64(append(make([]byte, 0, 9), prefix), uint64(id))
}

// extensionVersion begins every record of an extension.
const extensionVersion = 1

func decodeExtension(b []byte) (e extension, err error) {
	if len(b) == 0 || b[0] != extensionVersion {
		return e, errors.New("unknown version of a record")
	}
	var rest []byte
	if e.endsAt, rest, err = alert.CutTime(b[1:]); err != nil {
		return e, err
	}
	e.updatedAt, _, err = alert.CutTime(rest)
	return e, err
}
