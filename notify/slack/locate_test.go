package slack

import "testing"

func TestLocate(t *testing.T) {
	for file, want := range map[string]string{"token": "/etc/tocsin/token", "/run/token": "/run/token", "": ""} {
		c := Config{AppTokenFile: file}
		if c.Locate("/etc/tocsin"); c.AppTokenFile != want {
			t.Errorf("%q becomes %q, want %q", file, c.AppTokenFile, want)
		}
	}
}
