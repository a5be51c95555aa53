package sim

import (
	"slices"
	"time"

	"github.com/tocsin-alerting/tocsin/internal/explain"
	"github.com/tocsin-alerting/tocsin/notify"
)

// wellKept lets every look of a history that is not about that show nothing amiss,
// and the replicas give the reasons that they should.
func wellKept(h *history) {
	h.start = time.Date(2026, 5, 1, 10, 0, 0, 0, time.UTC)
	for i := range h.looks {
		l := &h.looks[i]
		if l.load.gauges == nil {
			l.load = load{gauges: make(map[string]float64), disk: 1000}
			for name := range bounds {
				l.load.gauges[name] = 0
			}
		}
	}
	if h.accounts != nil {
		return
	}
	for _, l := range h.looks {
		for _, alert := range h.alerts(l.at) {
			h.accounts = append(h.accounts, h.honest(l, alert))
		}
	}
}

// honest is what a replica should answer.
func (h *history) honest(l look, alert string) account {
	p, _ := h.lastPost(alert, l.at)
	a := account{at: l.at, replica: l.replica, alert: alert, calm: true}
	a.answer.Alert.State = state(p.fires)
	for _, r := range receiversOf(alert) {
		in := explain.Integration{Name: "webhook[0]", Outcome: explain.Nothing, Told: h.lastNotice(r, alert, l.at)}
		if in.Told != nil && in.Told.Alert == state(p.fires) {
			in.Outcome = explain.Told
		}
		g := explain.Group{Receiver: r, Key: alert[:2], Integrations: []explain.Integration{in}}
		a.answer.Groups = append(a.answer.Groups, g)
	}
	return a
}

func state(fires bool) explain.AlertState {
	return map[bool]explain.AlertState{true: explain.Firing, false: explain.Resolved}[fires]
}

func (h *history) lastNotice(receiver, alert string, by time.Duration) (last *explain.Notice) {
	for _, t := range h.accepted() {
		if t.receiver != receiver || t.group != alert[:2] || t.answered >= by {
			continue
		}
		last = &explain.Notice{At: explain.At(h.start.Add(t.answered)), Firing: t.firing(), Resolved: len(t.alerts) - t.firing()}
		for _, a := range t.alerts {
			if a.alert == alert {
				last.Alert = state(a.fires)
			}
		}
	}
	return last
}

// says has the replicas say something else of what a receiver was told.
func says(change func(a *account, g *explain.Group, in *explain.Integration)) func(h *history) {
	return func(h *history) {
		wellKept(h)
		for i := range h.accounts {
			a := &h.accounts[i]
			g := &a.answer.Groups[0]
			change(a, g, &g.Integrations[0])
		}
	}
}

// fires is the history without the end of the alert.
func fires(h *history) { h.posts, h.told, h.end = h.posts[:1], h.told[:1], 31*time.Minute }

// stillFiring has replicas show that, and say something of what a receiver was told.
func stillFiring(change func(h *history, a *account, g *explain.Group, in *explain.Integration)) func(h *history) {
	return func(h *history) {
		fires(h)
		shows(h, sight{rev: 1, fires: true, muted: true})
		says(func(a *account, g *explain.Group, in *explain.Integration) { change(h, a, g, in) })(h)
		h.told = append(h.told, said(30*time.Minute+time.Second, 2, ends)) // for I3
	}
}

// silencedAs has an alert that fires silenced, and replicas name something for that.
func silencedAs(named string) func(h *history) {
	return stillFiring(func(h *history, _ *account, g *explain.Group, in *explain.Integration) {
		h.silences = []silenced{{id: "s", alert: "G0/a", from: 12 * time.Minute, to: 50 * time.Minute}}
		for i := range h.looks {
			h.looks[i].silences = []string{"s"}
		}
		if in.Outcome = explain.Suppressed; named != "" {
			g.Quiet = []explain.Quiet{{Cause: explain.BySilence, By: []string{named}}}
		}
	})
}

// cannotTell has one replica that cannot tell a receiver, and says something of that a
// while after.
func cannotTell(in explain.Integration, after time.Duration) func(h *history) {
	return func(h *history) {
		const m = time.Minute
		h.told[0].answered = 0
		h.spans = []span{{what: "ops", from: 9 * m, to: 12 * m, deaf: true}}
		wellKept(h)
		a := h.honest(look{at: h.told[0].at + after, replica: 2}, "G0/a")
		a.calm, a.answer.Groups[0].Integrations = false, []explain.Integration{in}
		h.accounts = append(h.accounts, a)
	}
}

// reasonCases are those of TestChecker for I10.
func reasonCases() map[string]checkerCase {
	const m = time.Minute
	type (
		acc = *account
		grp = *explain.Group
		itg = *explain.Integration
	)
	soon := &explain.Next{At: explain.At(time.Unix(1e9, 0)), Reason: string(notify.ReasonNew)}
	way := func(failure string) *explain.Delivery {
		return &explain.Delivery{State: explain.BeingTold, Since: explain.At(time.Unix(1e9, 0)), Error: failure}
	}
	return map[string]checkerCase{
		"no group":           {says(func(a acc, _ grp, _ itg) { a.answer.Groups = a.answer.Groups[1:] }), "I10"},
		"no reason":          {says(func(_ acc, _ grp, in itg) { in.Outcome = "" }), "I10"},
		"an unknown reason":  {says(func(_ acc, _ grp, in itg) { in.Outcome = explain.Unknown }), "I10"},
		"told, it says":      {says(func(_ acc, _ grp, in itg) { in.Told.Alert = "" }), "I10"},
		"nothing is coming":  {says(func(_ acc, _ grp, in itg) { in.Outcome = explain.Sending }), "I10"},
		"something is":       {says(func(_ acc, _ grp, in itg) { in.Outcome, in.Delivery = explain.Sending, way("") }), "I9"},
		"not said when":      {says(func(_ acc, _ grp, in itg) { in.Outcome = explain.Pending }), "I10"},
		"said when":          {says(func(_ acc, _ grp, in itg) { in.Outcome, in.Next = explain.Pending, soon }), ""},
		"nothing has failed": {says(func(_ acc, _ grp, in itg) { in.Outcome = explain.Retrying }), "I10"},

		"told otherwise":       {says(func(_ acc, _ grp, in itg) { in.Told.Resolved = 0 }), "I10"},
		"told at another time": {says(func(_ acc, _ grp, in itg) { in.Told.At = explain.At(in.Told.At.Add(time.Second)) }), "I10"},
		"told before": {func(h *history) {
			h.told = append(h.told, said(19*m, 2, begins, tellingOf{"G0/b", true, 1}))
			says(func(_ acc, _ grp, in itg) { *in.Told = *h.lastNotice("ops", "G0/a", 20*m) })(h)
		}, "I10"},
		"nothing was told":      {says(func(_ acc, _ grp, in itg) { in.Outcome, in.Told = explain.Nothing, nil }), "I10"},
		"what was told is lost": {says(func(_ acc, _ grp, in itg) { in.Outcome, in.Told.Alert = explain.Nothing, "" }), "I10"},
		"it was long ago": {func(h *history) {
			h.script.repeat = 4 * m
			says(func(_ acc, _ grp, in itg) { in.Outcome, in.Told = explain.Nothing, nil })(h)
		}, ""},
		"told without a reason":    {func(h *history) { h.told[0].reason = "" }, "I10"},
		"told for another reason":  {func(h *history) { h.told[0].reason = string(notify.ReasonAllResolved) }, "I10"},
		"told for reasons unknown": {func(h *history) { h.told[0].reason = string(notify.ReasonUnknown) }, "I10"},

		"it fires":           {stillFiring(func(*history, acc, grp, itg) {}), ""},
		"nobody hears of it": {stillFiring(func(_ *history, _ acc, _ grp, in itg) { in.Outcome = explain.Nothing }), "I10"},
		"it is put off":      {stillFiring(func(_ *history, _ acc, _ grp, in itg) { in.Outcome, in.Next = explain.Pending, soon }), "I10"},
		"it is due again": {stillFiring(func(h *history, _ acc, _ grp, in itg) {
			in.Outcome, in.Next, h.script.repeat = explain.Pending, soon, 5*m
		}), ""},
		"the replica takes it to be over": {stillFiring(func(_ *history, a acc, _ grp, _ itg) { a.answer.Alert.State = explain.Resolved }), "I10"},
		"the silence is named":            {silencedAs("s"), ""},
		"another silence is named":        {silencedAs("t"), "I10"},
		"nothing is named":                {silencedAs(""), "I10"},
		"something without a name":        {says(func(_ acc, g grp, _ itg) { g.Quiet = []explain.Quiet{{Cause: explain.BySilence}} }), "I10"},
		"inhibited by what does not fire": {says(func(_ acc, g grp, _ itg) {
			g.Quiet = []explain.Quiet{{Cause: explain.ByInhibition, By: []string{fingerprint("G0", "router")}}}
		}), "I10"},

		"the error is named":      {cannotTell(explain.Integration{Outcome: explain.Retrying, Delivery: way("500")}, time.Second), ""},
		"it is being tried":       {cannotTell(explain.Integration{Outcome: explain.Sending, Delivery: way("")}, time.Second), ""},
		"it is tried for ever":    {cannotTell(explain.Integration{Outcome: explain.Sending, Delivery: way("")}, 11*time.Second), "I10"},
		"the error is not named":  {cannotTell(explain.Integration{Outcome: explain.Pending, Next: soon}, time.Second), "I10"},
		"it has another error":    {cannotTell(explain.Integration{Outcome: explain.Retrying, Delivery: way("?")}, time.Second), "I10"},
		"an error out of nowhere": {says(func(_ acc, _ grp, in itg) { in.Delivery = way("500") }), "I10"},
	}
}

// loadCases are those of TestChecker for I9.
func loadCases() map[string]checkerCase {
	holds := func(name string, value float64) func(h *history) {
		return func(h *history) { wellKept(h); h.looks[1].load.gauges[name] = value }
	}
	cases := map[string]checkerCase{
		"a gauge is missing": {func(h *history) { h.looks[0].load.gauges = map[string]float64{} }, "I9"},
		"silences of nobody": {holds("alertmanager_silences_state_size", 1), "I9"},
		"a full disk":        {func(h *history) { wellKept(h); h.looks[0].load.disk = mostDisk + 1 }, "I9"},
		"no files":           {func(h *history) { wellKept(h); h.looks[0].load.disk = 0 }, "I9"},
		"a normal crowd":     {func(h *history) { h.crowds = []crowd{{living: 3, goroutines: 130}} }, ""},
		"a large crowd":      {func(h *history) { h.crowds = []crowd{{living: 3, goroutines: 200}} }, "I9"},
		"nobody":             {func(h *history) { h.crowds = []crowd{{living: 3}} }, "I9"},

		"one of each is stored": {func(h *history) { h.loaded = []loaded{{alerts: 1, notifications: 1}} }, ""},
		"an alert twice":        {func(h *history) { h.loaded = []loaded{{alerts: 2}} }, "I9"},
		"a notification twice":  {func(h *history) { h.loaded = []loaded{{notifications: 2}} }, "I9"},
		"a silence of nobody":   {func(h *history) { h.loaded = []loaded{{silences: 1}} }, "I9"},
		"all is forgotten": {func(h *history) {
			h.script.patient = true
			says(func(a *account, _ *explain.Group, in *explain.Integration) {
				a.answer.Alert.State, in.Outcome = explain.Imagined, explain.Pending
				in.Next = &explain.Next{At: explain.At(h.start), Reason: string(notify.ReasonFirst)}
			})(h)
		}, ""},
		"an alert is known":   {func(h *history) { h.script.patient = true }, "I9"},
		"an alert is stored":  {func(h *history) { h.script.patient, h.loaded = true, []loaded{{alerts: 1, last: true}} }, "I9: replica 0 has stored"},
		"an alert is grouped": {says(func(_ *account, g *explain.Group, _ *explain.Integration) { g.Member = true }), "I9"},
	}
	for name, most := range bounds {
		cases["much of "+name] = checkerCase{holds(name, most+1), "I9"}
	}
	return cases
}

// reasonOf is one that a notification may have.
func reasonOf(alerts []tellingOf) string {
	if slices.ContainsFunc(alerts, func(a tellingOf) bool { return a.fires }) {
		return string(notify.ReasonFirst)
	}
	return string(notify.ReasonAllResolved)
}
