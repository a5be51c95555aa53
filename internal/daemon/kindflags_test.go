package daemon

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestEnableExec wants programs in the configuration to be refused without the
// flag, as soon as there is a daemon.
func TestEnableExec(t *testing.T) {
	file := filepath.Join(t.TempDir(), "tocsin.yml")
	const text = "route: {receiver: a}\nreceivers: [{name: a}, {name: b, exec_configs: [{command: [/bin/true]}]}]\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, enabled := range []bool{false, true} {
		_, err := New(Options{ConfigFile: file, Retention: time.Hour, EnableExec: enabled})
		switch {
		case enabled && err != nil:
			t.Errorf("refused with the flag: %v", err)
		case !enabled && (err == nil || !strings.Contains(err.Error(), "--notify.enable-exec")):
			t.Errorf("error %v without the flag", err)
		}
	}
}
