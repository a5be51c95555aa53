package config_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-alerting/tocsin/config"
	"github.com/tocsin-alerting/tocsin/notify/all"
	"github.com/tocsin-alerting/tocsin/template"
)

func TestCheckTemplates(t *testing.T) {
	c, err := config.Parse([]byte(`route:
  receiver: ops
  labels:
    runbook: '{{ .GroupLabels.alertname }}'
    wrong: '{{ .NoSuchField }}'
receivers:
  - name: other
  - name: ops
    webhook_configs:
      - url: 'http://example.org/{{ .Oops }}'
      - url: http://example.org/
        payload:
          text: '{{ template "slack.default.title" . }}'
          parts:
            - '{{ nosuchfunction 1 }}'
`), config.Options{Kinds: all.Kinds()})
	if err != nil {
		t.Fatal(err)
	}
	set, err := template.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	var places []string
	for _, e := range c.CheckTemplates(set) {
		place, _, _ := strings.Cut(e.Error(), ": template")
		places = append(places, place)
	}
	want := []string{
		`route.labels.wrong: line 5`,
		`receivers[1] "ops": webhook_configs[0].url: line 10`,
		`receivers[1] "ops": webhook_configs[1].payload.parts[0]: line 15`,
	}
	if diff := cmp.Diff(want, places); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}
