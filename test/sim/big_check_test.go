package sim

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

const (
	interval = 31 * time.Second // of groups
	// prompt is how long after a change it is told when all is well, and eventual
	// when replicas are missing: after an interval, each of the others that could go
	// first has its time, and that one is gone has to be found out.
	prompt   = interval + time.Second
	eventual = 2 * time.Minute
	// clearing is how long after a failure a receiver may be left in peace.
	clearing = 3 * time.Minute
)

// check returns what is wrong with a history, each with the invariant.
func check(h *history) []string {
	wrong := slices.Clone(h.problems)
	for _, rule := range []func(*history) []string{
		toldInTime, resolvesFollow, toldOnce, inOrder, keptQuiet, agree, silencesHold, nothingLeft,
		bounded, crowded, remembered, forgotten,
		reasonsGiven, reasonsTold, quietTruly, noted, recorded, believed, settled, failuresNamed,
	} {
		wrong = append(wrong, rule(h)...)
	}
	return wrong
}

// stands is until when the report of an alert was not contradicted.
func (h *history) stands(p post) time.Duration {
	for _, q := range h.posts {
		if q.alert == p.alert && q.at >= p.at && q.rev != p.rev {
			return q.at
		}
	}
	return h.end
}

// toldInTime is I1 and I6: who has acknowledged an alert tells it, whoever else is
// there, unless it is muted.
func toldInTime(h *history) (wrong []string) {
	for _, p := range h.posts {
		patience := eventual
		if !h.disturbed(p.at-eventual, p.at+prompt) {
			patience = prompt
		}
		by := p.at + patience
		switch {
		case !slices.ContainsFunc(p.acked, func(i int) bool { return h.lived(i, p.at, by) }),
			h.stands(p) < by,
			h.mutable(p.alert, p.at, by),
			h.some(p.at-clearing, by, deafen),
			!p.fires && h.some(p.at, by, apart),
			p.fires && h.ended(p, by):
			continue
		}
		for _, r := range receiversOf(p.alert) {
			if !h.learned(r, p, by) {
				wrong = append(wrong, fmt.Sprintf("I1: %s heard nothing of %s (rev %d, firing %t), reported at %s, by %s", r, p.alert, p.rev, p.fires, p.at, by))
			}
		}
	}
	return wrong
}

// ended reports whether somebody who could not hear of a report was told that the
// alert has ended, by another replica that could not.
func (h *history) ended(p post, by time.Duration) bool {
	return h.some(p.at, by, apart) && slices.ContainsFunc(h.told, func(t telling) bool {
		return t.at <= by && h.some(t.at, t.at, apart) && !slices.Contains(p.acked, t.by) &&
			slices.ContainsFunc(t.alerts, func(a tellingOf) bool { return a.alert == p.alert && !a.fires })
	})
}

// learned reports whether a receiver knows of a report by some time: it was told
// since, or believes it.
func (h *history) learned(receiver string, p post, by time.Duration) bool {
	if b, known := h.believed(receiver, by)[p.alert]; known && b.fires == p.fires || !known && !p.fires {
		return true
	}
	return slices.ContainsFunc(h.told, func(t telling) bool {
		return t.receiver == receiver && t.answered >= p.at && t.answered <= by && slices.ContainsFunc(t.alerts, func(a tellingOf) bool {
			return a.alert == p.alert && a.fires == p.fires && a.rev >= p.rev
		})
	})
}

// resolvesFollow is I3: in the end nobody believes that something fires.
func resolvesFollow(h *history) (wrong []string) {
	for _, r := range []string{"ops", "two"} {
		state := h.believed(r, h.end)
		for _, name := range slices.Sorted(maps.Keys(state)) {
			if state[name].fires {
				wrong = append(wrong, fmt.Sprintf("I3: %s was never told that %s is over", r, name))
			}
		}
	}
	return wrong
}

// toldOnce is I4: what a receiver knows is not told to it again, but for a repeat
// that is due, or as often as what was wrong meanwhile excuses.
func toldOnce(h *history) (wrong []string) {
	type audience struct{ receiver, group string }
	type episode struct {
		began  time.Duration // when it was news
		last   time.Duration
		copies int
		told   map[string]tellingOf
		firing map[string]bool // in the last notification
	}
	known := make(map[audience]*episode)
	for _, t := range h.accepted() {
		key := audience{t.receiver, t.group}
		e := known[key]
		if e == nil {
			e = &episode{told: make(map[string]tellingOf)}
			known[key] = e
		}
		news, firing := false, make(map[string]bool)
		for _, a := range t.alerts {
			before, told := e.told[a.alert]
			news = news || a.fires && !e.firing[a.alert] || !a.fires && (!told || before.fires || before.rev < a.rev)
			e.told[a.alert], firing[a.alert] = a, a.fires
		}
		e.firing = firing
		if news || t.at-e.last >= h.script.repeat {
			e.began, e.copies = t.at, 0
		} else if e.copies++; e.copies > h.extras(e.began-time.Second, t.at) {
			wrong = append(wrong, fmt.Sprintf("I4: replica %d tells %s again at %s what was told at %s: %v (%s)", t.by, t.receiver, t.at, e.began, t.alerts, t.reason))
		}
		e.last = t.answered
	}
	return wrong
}

// accepted is what receivers have said 200 to, in the order of that.
func (h *history) accepted() []telling {
	var list []telling
	for _, t := range h.told {
		if t.answered > 0 {
			list = append(list, t)
		}
	}
	slices.SortStableFunc(list, func(a, b telling) int { return int(a.answered - b.answered) })
	return list
}

// inOrder is I5: nobody hears that something fires after its end.
func inOrder(h *history) (wrong []string) {
	type subject struct{ receiver, alert string }
	type end struct {
		rev int
		at  time.Duration
	}
	ends := make(map[subject]end)
	for _, t := range h.accepted() {
		for _, a := range t.alerts {
			key := subject{t.receiver, a.alert}
			e, ended := ends[key]
			switch {
			case !a.fires && a.rev >= e.rev:
				ends[key] = end{a.rev, t.at}
			case a.fires && ended && a.rev < e.rev && !h.some(e.at-time.Second, t.at, apart):
				wrong = append(wrong, fmt.Sprintf("I5: replica %d tells %s at %s that %s fires (rev %d), after its end (rev %d) at %s", t.by, t.receiver, t.at, a.alert, a.rev, e.rev, e.at))
			}
		}
	}
	return wrong
}

// keptQuiet is I2 and I8: a silenced alert is not told by anybody who has heard of
// the silence, whatever has happened since.
func keptQuiet(h *history) (wrong []string) {
	const underWay = 15 * time.Second // longer than a receiver may take
	for _, t := range h.told {
		for _, a := range t.alerts {
			for _, s := range h.silences {
				over := s.to
				if s.ended > 0 {
					over = min(over, s.ended)
				}
				if a.fires && s.id != "" && s.alert == a.alert && s.from+underWay < t.at && t.at < over && h.knew(t.by, s, t.at-underWay) {
					wrong = append(wrong, fmt.Sprintf("I8: replica %d tells %s at %s of %s, which replica %d has silenced at %s", t.by, t.receiver, t.at, a.alert, s.by, s.from))
				}
			}
		}
	}
	return wrong
}

// knew reports whether a replica must have heard of a silence by some time.
func (h *history) knew(replica int, s silenced, by time.Duration) bool {
	if replica == s.by {
		return true
	}
	for at := s.from; at+mends <= by; at += time.Second {
		if !h.some(at, at+mends, apart) && h.lived(s.by, at, at+mends) && h.lived(replica, at, at+mends) {
			return true
		}
	}
	return false
}

// agree says that after a long good time all replicas show what was reported last,
// and that receivers believe it.
func agree(h *history) (wrong []string) {
	for _, l := range h.looks {
		for _, last := range h.lastPosts(l.since) {
			if len(last.acked) == 0 {
				continue // nobody knows whether it has got in
			}
			s, known := l.alerts[last.alert]
			if known != last.fires || known && s.rev != last.rev {
				wrong = append(wrong, fmt.Sprintf("I1: replica %d shows %s as %+v (%t) at %s, want rev %d, firing %t", l.replica, last.alert, s, known, l.at, last.rev, last.fires))
			}
			if known && (s.muted || h.mutable(last.alert, l.since, l.at)) {
				continue
			}
			for _, r := range receiversOf(last.alert) {
				if b := h.believed(r, l.at)[last.alert]; b.fires != last.fires {
					wrong = append(wrong, fmt.Sprintf("I3: %s believes at %s that %s fires: %t, want %t", r, l.at, last.alert, b.fires, last.fires))
				}
			}
		}
	}
	return wrong
}

// lastPosts is the last report of each alert.
func (h *history) lastPosts(by time.Duration) []post {
	last := make(map[string]post)
	for _, p := range h.posts {
		if p.at <= by && (last[p.alert].rev != p.rev || len(p.acked) > 0) {
			last[p.alert] = p
		}
	}
	return slices.SortedFunc(maps.Values(last), func(a, b post) int { return int(a.at - b.at) })
}

// silencesHold is I2: silences are there until their end, and do not come back.
func silencesHold(h *history) (wrong []string) {
	for _, l := range h.looks {
		for _, s := range h.silences {
			if s.id == "" || s.from > l.since || s.ended > 0 && s.ended < l.at && (!s.sure || s.ended > l.since) {
				continue
			}
			want := s.to > l.at && (s.ended == 0 || s.ended >= l.at)
			if slices.Contains(l.silences, s.id) != want {
				wrong = append(wrong, fmt.Sprintf("I2: replica %d has the silence %s of %s at %s: %t, want %t", l.replica, s.id, s.alert, l.at, !want, want))
			}
		}
	}
	return wrong
}

// nothingLeft is I9: in the end there is no group.
func nothingLeft(h *history) (wrong []string) {
	for _, l := range h.looks {
		if l.at == h.looks[len(h.looks)-1].at && l.groups > 0 {
			wrong = append(wrong, fmt.Sprintf("I9: replica %d has %d groups in the end", l.replica, l.groups))
		}
	}
	return wrong
}
