package config_test

import (
	"strings"
	"testing"

	"github.com/tocsin-alerting/tocsin/config"
	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/notify/all"
)

// Programs are refused without the flag, used by a route or not, and all of them
// are named with their line.
func TestExecNeedsItsFlag(t *testing.T) {
	const file = `route: {receiver: a}
receivers:
  - name: a
  - name: unused
    exec_configs:
      - command: [/bin/true]
      - {command: [/bin/false], send_resolved: false}
`
	_, err := config.Parse([]byte(file), config.Options{Kinds: all.Kinds()})
	if err == nil {
		t.Fatal("accepted without the flag")
	}
	for _, want := range []string{
		"exec_configs[0]: line 6: exec_configs are refused unless tocsin is started with --notify.enable-exec",
		"exec_configs[1]: line 7: exec_configs are refused",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("no %q in\n%v", want, err)
		}
	}
	c, err := config.Parse([]byte(file), config.Options{Kinds: all.Kinds(), Flags: []string{notify.ExecFlag}})
	if err != nil || len(c.Receivers[1].Integrations) != 2 {
		t.Errorf("error %v with the flag", err)
	}
}
