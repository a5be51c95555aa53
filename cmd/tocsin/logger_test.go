package main

import (
	"encoding/json"
	"errors"
	"regexp"
	"strings"
	"testing"

	"github.com/go-kit/log"
	"github.com/go-kit/log/level"
	"github.com/google/go-cmp/cmp"
)

const timePattern = `\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}(Z|[+-]\d\d:\d\d)`

// TestLogfmt wants lines in the order in which people read them.
func TestLogfmt(t *testing.T) {
	for name, tc := range map[string]struct {
		log  func(log.Logger) error
		want string // after the time
	}{
		"info": {
			func(l log.Logger) error { return level.Info(l).Log("msg", "Listening on", "address", ":9093") },
			`level=INFO source=logger_test.go:\d+ msg="Listening on" address=:9093`,
		},
		"error with a line break": {
			func(l log.Logger) error { return level.Error(l).Log("msg", "no", "err", errors.New("one:\ntwo")) },
			`level=ERROR source=logger_test.go:\d+ msg=no err="one:\\ntwo"`,
		},
		"component": {
			func(l log.Logger) error { return level.Warn(log.With(l, "component", "api")).Log("msg", "odd") },
			`level=WARN source=logger_test.go:\d+ component=api msg=odd`,
		},
		"no level": {
			func(l log.Logger) error { return l.Log("msg", "plain") },
			`source=logger_test.go:\d+ msg=plain`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			var out strings.Builder
			if err := tc.log(newLogger(&out, "info", "logfmt")); err != nil {
				t.Fatal(err)
			}
			want := regexp.MustCompile(`^time=` + timePattern + ` ` + tc.want + "\n$")
			if !want.MatchString(out.String()) {
				t.Errorf("%q does not match %s", &out, want)
			}
		})
	}
}

func TestJSON(t *testing.T) {
	var out strings.Builder
	if err := level.Warn(newLogger(&out, "info", "json")).Log("msg", "odd", "alerts", 3); err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal([]byte(out.String()), &got); err != nil {
		t.Fatalf("%q: %v", &out, err)
	}
	for key, pattern := range map[string]string{"time": timePattern, "source": `logger_test\.go:\d+`} {
		if text, _ := got[key].(string); !regexp.MustCompile("^" + pattern + "$").MatchString(text) {
			t.Errorf("%s %q does not match %s", key, text, pattern)
		}
		delete(got, key)
	}
	if diff := cmp.Diff(map[string]any{"level": "WARN", "msg": "odd", "alerts": 3.0}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestLevels wants what is at least as grave as asked for.
func TestLevels(t *testing.T) {
	for least, want := range map[string]string{
		"debug": "debug info warn error",
		"info":  "info warn error",
		"warn":  "warn error",
		"error": "error",
	} {
		t.Run(least, func(t *testing.T) {
			var out strings.Builder
			logger := newLogger(&out, least, "logfmt")
			for _, at := range []func(log.Logger) log.Logger{level.Debug, level.Info, level.Warn, level.Error} {
				if err := at(logger).Log("msg", "x"); err != nil {
					t.Fatal(err)
				}
			}
			var got []string
			for _, found := range regexp.MustCompile(`level=(\w+)`).FindAllStringSubmatch(out.String(), -1) {
				got = append(got, strings.ToLower(found[1]))
			}
			if diff := cmp.Diff(strings.Fields(want), got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
