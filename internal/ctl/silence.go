package ctl

import (
	"cmp"
	"errors"
	"slices"
	"time"

	"github.com/tocsin-alerting/tocsin/internal/ctl/client"
)

func silenceCommands(t *tool) {
	group := t.group(t.app, "silence", "Look at silences, set, change and end them.")
	defineSilenceQuery(t, group)
	defineSilenceAdd(t, group)
	defineSilenceUpdate(t, group)
	defineSilenceExpire(t, group)
	defineSilenceImport(t, group)
	if t.name != oldName { // there it is silence query with the name of an alert
		defineSilencePreview(t, group)
	}
}

var (
	errNoSilences    = errors.New("no silence given: name its id (silence query lists them)")
	errNoMatchers    = errors.New("no matchers given: name what to silence, such as alertname=foo")
	errIDAndMatchers = errors.New("--id and matchers exclude each other")
)

// printSilences prints silences as --output and, if quiet, as their identifiers
// alone.
func (t *tool) printSilences(list []client.Silence, quiet bool) error {
	switch {
	case quiet && t.speaksJSON():
		return t.printJSON(identifiers(list))
	case t.output == asJSON && !quiet:
		return t.printJSON(list)
	}
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b client.Silence) int {
		return cmp.Or(a.EndsAt.Compare(b.EndsAt.Time), cmp.Compare(a.ID, b.ID))
	})
	if !quiet {
		return t.printTable(t.silenceTable(list))
	}
	for _, id := range identifiers(list) {
		if err := t.print(printable(id) + "\n"); err != nil {
			return err
		}
	}
	return nil
}

func identifiers(list []client.Silence) []string {
	ids := make([]string, len(list))
	for i, s := range list {
		ids[i] = s.ID
	}
	return ids
}

func (t *tool) silenceTable(list []client.Silence) *table {
	if t.output == extended {
		l := newTable("ID", "Matchers", "Starts At", "Ends At", "Updated At", "Created By", "Comment")
		for _, s := range list {
			l.add(s.ID, "{"+showMatchers(s.Matchers, ",")+"}", t.date(s.StartsAt), t.date(s.EndsAt), t.date(s.UpdatedAt), s.CreatedBy, s.Comment)
		}
		return l
	}
	l := newTable("ID", "Matchers", "Ends At", "Created By", "Comment")
	for _, s := range list {
		l.add(s.ID, showMatchers(s.Matchers, " "), t.date(s.EndsAt), s.CreatedBy, s.Comment)
	}
	return l
}

// checkSpan refuses a silence that would never be in force.
func checkSpan(start, end time.Time) error {
	if start.Before(end) {
		return nil
	}
	return errors.New("the silence would end before it starts: " + end.Format(time.RFC3339) + " is not after " + start.Format(time.RFC3339))
}

// asNew is a silence as it is set anew.
func asNew(s client.Silence) client.NewSilence {
	return client.NewSilence{
		ID:          s.ID,
		Annotations: s.Annotations,
		Comment:     s.Comment,
		CreatedBy:   s.CreatedBy,
		EndsAt:      s.EndsAt,
		Matchers:    s.Matchers,
		StartsAt:    s.StartsAt,
	}
}
