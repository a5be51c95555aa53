package main

import (
	"net/http/httptest"
	"strings"
	"testing"
)

func TestPrints(t *testing.T) {
	for body, want := range map[string]string{
		`{"status":"firing","externalURL":"http://a","groupLabels":{"alertname":"X"},"alerts":[{},{}]}`: "firing   map[alertname:X], 2 alerts, told by http://a\n",
		`{`: "",
	} {
		var out strings.Builder
		w := httptest.NewRecorder()
		printTo(&out)(w, httptest.NewRequestWithContext(t.Context(), "POST", "/", strings.NewReader(body)))
		if !strings.HasSuffix(out.String(), want) || (want == "") != (w.Code != 200) {
			t.Errorf("%s: %d, printed %q, want %q", body, w.Code, out.String(), want)
		}
	}
}
