package execute

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/tocsin-alerting/tocsin/notify"
)

// searchPath is where programs find others. That of tocsin itself is not
// inherited, like the rest of its environment.
const searchPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// maxValue bounds a variable. Linux refuses to start a program with a longer one
// than 128 KiB, and with more than a few megabytes in all.
const maxValue = 32 << 10

// environment is all that a program finds in its own. Variables of the entry
// come last and win.
func (s sender) environment(n *notify.Notification) []string {
	env := []string{"PATH=" + searchPath, "LANG=C.UTF-8"}
	set := func(key, value string) {
		// A zero byte would end the variable, so that the system refuses it.
		value = strings.ReplaceAll(value, "\x00", "\uFFFD")
		env = append(env, key+"="+s.deps.CutBytes(name, n, key, value, maxValue))
	}
	firing := len(n.Data.Alerts.Firing())
	set("TOCSIN_RECEIVER", n.Receiver)
	set("TOCSIN_STATUS", n.Data.Status)
	set("TOCSIN_REASON", string(n.Reason))
	set("TOCSIN_GROUP_KEY", n.GroupKey)
	set("TOCSIN_EXTERNAL_URL", n.Data.ExternalURL)
	set("TOCSIN_FIRING", strconv.Itoa(firing))
	set("TOCSIN_RESOLVED", strconv.Itoa(len(n.Data.Alerts)-firing))
	for _, key := range slices.Sorted(maps.Keys(s.Env)) {
		set(key, n.Value(s.Env[key]))
	}
	return env
}
