package daemon

import (
	"context"
	"encoding/binary"
	"fmt"
	"path/filepath"
	"time"

	"github.com/go-kit/log"
	"github.com/go-kit/log/level"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/silence"
	"github.com/tocsin-alerting/tocsin/store"
	"github.com/tocsin-alerting/tocsin/store/disk"
)

// The tables of the database, by the first byte of their keys. A byte that was
// in use once is not used for something else.
const (
	silenceTable = 's'
	logTable     = 'n'
	clockTable   = 'c'
	timerTable   = 'g'
)

// databaseDir is where the database is in the storage directory.
const databaseDir = "db"

// storage is what survives a restart. Its zero value keeps nothing.
type storage struct {
	db       *disk.DB // nil: nothing is stored
	alerts   store.Journal
	silences store.Table[*silence.Silence]
	log      store.Table[*notify.Entry]
	clock    store.Table[time.Time]
	timers   store.Table[time.Time] // of groups
	due      map[string]time.Time   // what timers held at the start
}

// openStorage opens the database in the storage directory. Its metrics are
// registered with r, which may be nil.
func (d *Daemon) openStorage(r prometheus.Registerer) (storage, error) {
	if d.o.StoragePath == "" {
		return storage{
			alerts:   store.NoJournal{},
			silences: store.Nowhere[*silence.Silence]{},
			log:      store.Nowhere[*notify.Entry]{},
			clock:    store.Nowhere[time.Time]{},
			timers:   store.Nowhere[time.Time]{},
		}, nil
	}
	db, err := disk.Open(disk.Options{
		Dir:        filepath.Join(d.o.StoragePath, databaseDir),
		FS:         d.o.StorageFS,
		Sync:       disk.SyncMode(d.o.StorageSync),
		Logger:     log.With(d.logger, "component", "storage"),
		Registerer: r,
		Tables:     map[byte]string{silenceTable: "silences", logTable: "notifications", clockTable: "clock", timerTable: "timers"},
	})
	if err != nil {
		return storage{}, err
	}
	return storage{
		db:       db,
		alerts:   db.Journal(),
		silences: disk.NewTable(db, silenceTable, silenceCodec(d.o.Retention)),
		log:      disk.NewTable(db, logTable, disk.Codec[*notify.Entry]{Append: notify.AppendEntry, Decode: notify.ParseEntry}),
		clock:    disk.NewTable(db, clockTable, timeCodec()),
		timers:   disk.NewTable(db, timerTable, timeCodec()),
	}, nil
}

func silenceCodec(retention time.Duration) disk.Codec[*silence.Silence] {
	return disk.Codec[*silence.Silence]{
		Append: func(b []byte, s *silence.Silence) []byte {
			return silence.Append(b, s, s.EndsAt.Add(retention))
		},
		Decode: func(b []byte) (*silence.Silence, error) {
			s, _, err := silence.Parse(b)
			return s, err
		},
	}
}

// timeCodec is for times near the present.
func timeCodec() disk.Codec[time.Time] {
	return disk.Codec[time.Time]{
		Append: func(b []byte, t time.Time) []byte { return binary.AppendVarint(b, t.UnixNano()) },
		Decode: func(b []byte) (time.Time, error) {
			ns, n := binary.Varint(b)
			if n != len(b) {
				return time.Time{}, fmt.Errorf("a time of %d bytes", len(b))
			}
			return time.Unix(0, ns).UTC(), nil
		},
	}
}

// run writes until ctx is done.
func (s storage) run(ctx context.Context) error {
	if s.db == nil {
		<-ctx.Done()
		return nil
	}
	return s.db.Run(ctx)
}

// close ends a storage that was never run.
func (s storage) close() error {
	done, cancel := context.WithCancel(context.Background())
	cancel()
	return s.run(done)
}

// err says why nothing can be made durable now.
func (s storage) err() error {
	if s.db == nil {
		return nil
	}
	return s.db.Err()
}

// load reads back what was stored.
func (d *Daemon) load() error {
	now := time.Now()
	away, err := d.storage.away(now)
	if err != nil {
		return err
	}
	warnOfPast(d.logger, away)
	if d.storage.due, err = d.storage.timers.All(); err != nil {
		return err
	}
	if err := d.alerts.Load(now, away); err != nil {
		return err
	}
	if err := d.silences.Load(); err != nil {
		return err
	}
	if err := d.log.Load(); err != nil {
		return err
	}
	if d.storage.db != nil {
		_ = level.Info(d.logger).Log("msg", "State loaded", "path", d.o.StoragePath, "alerts", d.alerts.Len(),
			"silences", len(d.silences.All()), "notifications", d.log.Len(), "away", max(away, 0).Round(time.Second), "took", time.Since(now))
	}
	return nil
}

// held reports whether a group has an alert.
func (d *Daemon) held(id alert.Fingerprint) bool { return d.dispatcher.Holds(id) }
