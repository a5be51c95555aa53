package template

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestFuncs(t *testing.T) {
	tests := []struct{ text, want string }{
		{`{{ toUpper "grün" }} {{ toLower "GRÜN" }}`, "GRÜN grün"},
		{`{{ title "ABC dEF o'neil" }}`, "Abc Def O'neil"},
		{`[{{ trimSpace " a b\n" }}]`, "[a b]"},
		{`{{ join "-" (stringSlice "a" "b") }}`, "a-b"},
		{`{{ .CommonLabels.Names | join " " }}`, "alertname env severity"},
		{`{{ .CommonLabels.SortedPairs.Values | join " " }}`, "DiskFull prod warning"},
		{`{{ match "a.c" "xxabcxx" }} {{ match "^b" "abc" }}`, "true false"},
		{`{{ reReplaceAll "(a)(b)" "${2}x$1" "ab ab" }}`, "bxa bxa"},
		{`{{ reReplaceAll "(a)" "$1X" "a" }}`, ""},
		{`{{ safeHtml "<b>" }} {{ safeUrl "javascript:x" }}`, "<b> javascript:x"},
		{`{{ urlUnescape "a+b%2Fc" }}`, "a b/c"},
		{`{{ stringSlice "a" "b" }} {{ len stringSlice }}`, "[a b] 0"},
		{`{{ list 1 "a" true }} {{ list }} {{ len list }}`, "[1 a true] [] 0"},
		{`{{ append (list 1) 2 "c" }} {{ append list }}`, "[1 2 c] []"},
		{`{{ $a := append (list 1 2) 3 }}{{ $b := append $a 4 }}{{ $c := append $a 5 }}{{ $b }}{{ $c }}`, "[1 2 3 4][1 2 3 5]"},
		{`{{ $d := dict "a" 1 "b" (dict "c" "x") }}{{ $d.a }} {{ $d.b.c }} {{ len dict }}`, "1 x 0"},
		{`{{ (index .Alerts 0).StartsAt | date "2006-01-02 15:04" }}`, "2026-03-01 10:00"},
		{`{{ (index .Alerts 0).StartsAt | tz "Asia/Tokyo" | date "15:04 MST" }}`, "19:00 JST"},
		{`{{ (index .Alerts 0).StartsAt.Format "2006" }}`, "2026"},
		{`{{ (index .Alerts 1).EndsAt.Sub (index .Alerts 1).StartsAt }}`, "1h0m0s"},
		{`{{ humanizeDuration 93784 }}`, "1d 2h 3m 4s"},
		{`{{ humanizeDuration 3600 }}`, "1h 0m 0s"},
		{`{{ humanizeDuration 61.9 }}`, "1m 1s"},
		{`{{ humanizeDuration "1.23456" }}`, "1.235s"},
		{`{{ humanizeDuration 0.5 }} {{ humanizeDuration 0.00001 }}`, "500ms 10us"},
		{`{{ humanizeDuration 0 }} {{ humanizeDuration -90 }}`, "0s -1m 30s"},
		{`{{ humanizeDuration "NaN" }} {{ humanizeDuration "-Inf" }}`, "NaN -Inf"},
		{`{{ (index .Alerts 1).EndsAt.Sub (index .Alerts 1).StartsAt | humanizeDuration }}`, "1h 0m 0s"},
		{`{{ toDate "2006-01-02" "2026-03-01" }}`, "2026-03-01 00:00:00 +0000 UTC"},
		{`{{ toDate "2006-01-02" "no date" }}`, "0001-01-01 00:00:00 +0000 UTC"},
		{`{{ (mustToDate "2006-01-02" "2026-03-01").Year }}`, "2026"},
		{`{{ toJson .GroupLabels }} {{ toJson "<a&b>" }}`, `{"alertname":"DiskFull"} "\u003ca\u0026b\u003e"`},
		{`{{ toJson (dict "a" (list 1 nil)) }}`, `{"a":[1,null]}`},
		{`{{ base64encode "a?>~" }} {{ base64encode "a" }}`, "YT8-fg== YQ=="},
		{`{{ base64decode "YT8-fg==" }}`, "a?>~"},
		{`{{ routeLabels "team" }}|{{ routeLabels "other" }}|{{ .RouteLabels.team }}`, "db||db"},
	}
	s, d := newSet(t), example()
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			if got := mustText(t, s, Text(tt.text), d); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestFuncErrors(t *testing.T) {
	tests := []struct{ text, want string }{
		{`{{ match "(" "x" }}`, "error parsing regexp: missing closing ): `(`"},
		{`{{ reReplaceAll "(" "x" "y" }}`, "error parsing regexp: missing closing ): `(`"},
		{`{{ urlUnescape "%zz" }}`, `invalid URL escape "%zz"`},
		{`{{ append (stringSlice "a") "b" }}`, "wrong type for value; expected []interface {}; got []string"},
		{`{{ dict "a" }}`, "a key without a value"},
		{`{{ dict 1 2 }}`, "key is not a string: 1"},
		{`{{ tz "Nowhere/Land" now }}`, "unknown time zone Nowhere/Land"},
		{`{{ date "2006" "x" }}`, `can't handle "x" for arg of type time.Time`},
		{`{{ humanizeDuration "soon" }}`, `parsing "soon": invalid syntax`},
		{`{{ humanizeDuration true }}`, "can't convert bool to float"},
		{`{{ mustToDate "2006-01-02" "no date" }}`, `cannot parse "no date"`},
		{`{{ toJson (index (list .Alerts.Firing) 0) | base64decode }}`, "illegal base64 data"},
		{`{{ toUpper 1 }}`, "expected string; found 1"},
		{`{{ join "," (list "a") }}`, "expected []string; got []interface {}"},
	}
	s, d := newSet(t), example()
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			for engine, render := range map[string]func(Text, *Data) (string, error){"text": s.Text, "html": s.HTML} {
				got, err := render(Text(tt.text), d)
				if err == nil || !strings.Contains(err.Error(), tt.want) {
					t.Errorf("%s: got error %v, want %q", engine, err, tt.want)
				}
				if got != "" {
					t.Errorf("%s: got output %q along with an error", engine, got)
				}
			}
		})
	}
}

func TestClockFuncs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSet(t)
		d := NewData(Batch{})
		const text = `{{ now.Unix }} {{ since (mustToDate "2006-01-02" "2000-01-01") }}`
		if got, want := mustText(t, s, text, d), "946684800 0s"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		time.Sleep(90 * time.Second)
		if got, want := mustText(t, s, text, d), "946684890 1m30s"; got != want {
			t.Errorf("90 s later: got %q, want %q", got, want)
		}
	})
}
