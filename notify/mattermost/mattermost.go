// Package mattermost posts notifications to an incoming webhook of Mattermost.
package mattermost

import (
	"net/http"

	"github.com/tocsin-alerting/tocsin/notify"
)

const name = "mattermost"

// Kind is the integration "mattermost".
func Kind() notify.Kind {
	return notify.NewKindWithGlobals(name, defaults(), Global{}, inherit, open)
}

func open(c Config, d notify.Deps) (notify.Sender, error) {
	return notify.HTTP(d, name, c.HTTPCommon, func(n *notify.Notification) (*http.Request, error) {
		target, err := c.Target()
		if err != nil {
			return nil, err
		}
		return notify.PostJSON(target, renderer{Notification: n, deps: d}.message(c))
	})
}
