// Package victorops sends messages to Splunk On-Call, which was VictorOps. A group
// of alerts is one incident there, which recovers when all of them have resolved.
package victorops

import (
	"fmt"
	"maps"
	"net/http"
	"slices"

	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/template"
)

const name = "victorops"

// maxStateMessage is how many characters VictorOps takes.
const maxStateMessage = 20480

// Types of messages.
const (
	critical = "CRITICAL"
	warning  = "WARNING"
	info     = "INFO"
	recovery = "RECOVERY"
)

// Kind is the integration "victorops".
func Kind() notify.Kind {
	const url = "https://alert.victorops.com/integrations/generic/20131114/alert/"
	return notify.NewKindWithGlobals(name, defaults(), Global{APIURL: url}, inherit, open)
}

func open(c Config, d notify.Deps) (notify.Sender, error) {
	return notify.HTTP(d, name, c.HTTPCommon, func(n *notify.Notification) (*http.Request, error) {
		target, err := c.target(n)
		if err != nil {
			return nil, err
		}
		return notify.PostJSON(target, c.message(n, d))
	})
}

// target is a URL that holds both keys.
func (c Config) target(n *notify.Notification) (string, error) {
	key, err := notify.FromFile(string(c.APIKey), c.APIKeyFile)
	if err != nil {
		return "", fmt.Errorf("api_key: %w", err)
	}
	return c.APIURL.Below(key + "/" + n.Value(c.RoutingKey))
}

func (c Config) message(n *notify.Notification, d notify.Deps) map[string]string {
	fields := map[string]string{
		"message_type":        c.messageType(n),
		"entity_id":           n.Hash(),
		"entity_display_name": n.Text(c.EntityDisplayName),
		"state_message":       d.CutBodyRunes(name, n, "state_message", n.Text(c.StateMessage), maxStateMessage),
		"monitoring_tool":     n.Text(c.MonitoringTool),
	}
	for _, key := range slices.Sorted(maps.Keys(c.CustomFields)) {
		fields[key] = n.Text(c.CustomFields[key])
	}
	return fields
}

// messageType is critical unless it is known to be something else: nobody should
// sleep because of a template.
func (c Config) messageType(n *notify.Notification) string {
	if n.Data.Status == template.StatusResolved {
		return recovery
	}
	switch word := n.Word(c.MessageType, critical); word {
	case info, warning:
		return word
	}
	return critical
}
