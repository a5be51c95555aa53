package notify

import (
	"context"
	"slices"
	"time"

	"github.com/go-kit/log/level"
)

// intendTime bounds how long a notification waits until it is written down that it
// is about to be sent. A disk that hangs must not keep people from being told.
const intendTime = time.Second

// intend writes down which alerts are about to be told as firing. If the process
// dies before it is known whether they were, the next one finds them among those
// whose end is owed: whoever may have heard that something fires hears of its end,
// even if that comes before it could be told again.
func (d *delivery) intend(t target, f Flush, news draft) {
	if !t.in.SendResolved {
		return
	}
	ctx, cancel := context.WithTimeout(t.p.ctx, intendTime)
	defer cancel()
	if err := t.p.log.intend(ctx, news.key, news.state.firing); err != nil && t.p.ctx.Err() == nil {
		_ = level.Debug(d.logger(t, f)).Log("msg", "Notification is sent without a note that it will be", "err", err)
	}
}

// undo takes the note back after an attempt that has failed. If it failed because
// the process ends, nobody knows what the receiver has heard.
func (d *delivery) undo(t target, news draft) {
	if t.p.ctx.Err() == nil {
		t.p.log.undo(news.key)
	}
}

// intend stores the alerts as owed, beside what is stored for the key, and waits
// until that is durable. What the log says does not change: in this process it is
// known what becomes of them.
func (l *Log) intend(ctx context.Context, key LogKey, firing []uint64) error {
	l.mu.Lock()
	e := l.entries[key]
	if e == nil {
		now := time.Now()
		e = &Entry{Key: key, Timestamp: now, ExpiresAt: now.Add(l.retention)}
	}
	news := slices.DeleteFunc(slices.Clone(firing), e.owes)
	if len(news) == 0 {
		l.mu.Unlock()
		return nil
	}
	l.intents[key] = news
	l.store(e)
	l.mu.Unlock()
	return l.table.Sync(ctx)
}

// undo forgets what was intended.
func (l *Log) undo(key LogKey) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.intents[key] == nil {
		return
	}
	delete(l.intents, key)
	if e := l.entries[key]; e != nil {
		l.store(e)
		return
	}
	l.table.Delete(key.String())
}

// store hands an entry to the table, with what is intended among what is owed. The
// log is locked, so that the table gets changes in their order.
func (l *Log) store(e *Entry) {
	if news := l.intents[e.Key]; news != nil {
		with := *e
		with.Owed = slices.Concat(e.Owed, news)
		slices.Sort(with.Owed)
		with.Owed = slices.Compact(with.Owed)
		e = &with
	}
	l.table.Put(e.Key.String(), e)
}
