package daemon

import "github.com/tocsin-alerting/tocsin/notify"

// kindFlags are those flags that are set and that kinds of integrations ask for.
func kindFlags(o Options) []string {
	if !o.EnableExec {
		return nil
	}
	return []string{notify.ExecFlag}
}
