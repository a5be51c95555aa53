package alertmanager

import (
	"cmp"
	"net/url"
	"slices"
	"strings"

	"github.com/tocsin-alerting/tocsin/notify"
)

const (
	// annotation holds where an alert has been, the latest place last. It is no
	// label, since those say which alert it is, and no header, since those do not
	// get through an Alertmanager.
	annotation = "tocsin_via"
	separator  = ","
	// maxHops is how often an alert is handed on.
	maxHops = 8
)

// way is where an alert has been.
type way []string

func parseWay(text string) way {
	var w way
	for place := range strings.SplitSeq(text, separator) {
		if place = strings.TrimSpace(place); place != "" {
			w = append(w, place)
		}
	}
	return w
}

// ends says why an alert that has come this way is not handed on by a place;
// empty: it is.
func (w way) ends(here string) notify.Omission {
	switch {
	case slices.Contains(w, here):
		return notify.OmittedLoop
	case len(w) >= maxHops:
		return notify.OmittedHops
	}
	return ""
}

// over is the way with one more place.
func (w way) over(here string) string { return strings.Join(append(slices.Clip(w), here), separator) }

// place is what an instance calls itself: its external URL without the scheme,
// so that it is the same through a proxy that speaks TLS and without one.
func place(externalURL string) string {
	name := externalURL
	if u, err := url.Parse(externalURL); err == nil && u.Host != "" {
		name = u.Host + strings.TrimSuffix(u.EscapedPath(), "/")
	}
	name = strings.ReplaceAll(strings.TrimSpace(name), separator, "%2C")
	return cmp.Or(name, "tocsin")
}
