package jira

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/tocsin-alerting/tocsin/internal/yamlx"
	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/notify/receivertest"
)

func TestReceiver(t *testing.T) {
	receivertest.Run(t, Kind(), receivertest.Options{
		Config:   "{api_url: $URL/rest/api/2, project: OPS, issue_type: Bug}",
		Required: []string{"project", "issue_type", "api_url"},
		Texts:    []string{"summary", "description"},
		Cut:      []string{"description"},
		Values:   []string{"project", "issue_type"},
		Success:  receivertest.Answer{Body: `{"issues":[]}`},
	})
}

// read decodes an entry, with a global section.
func read(text, global string) (notify.Config, error) {
	around := notify.Around{Global: Kind().Globals()}
	for _, part := range []struct {
		text string
		into any
	}{{global, around.Global}} {
		d, err := yamlx.Parse([]byte(part.text))
		if err != nil {
			return nil, err
		}
		if err := d.Decode(part.into); err != nil {
			return nil, err
		}
	}
	d, err := yamlx.Parse([]byte(text))
	if err != nil {
		return nil, err
	}
	return Kind().Decode(d.Decode, around)
}

func TestConfigErrors(t *testing.T) {
	const usual = "project: OPS, issue_type: Bug, api_url: 'http://h', "
	tests := []struct{ name, config, want string }{
		{"no project", "{issue_type: Bug, api_url: 'http://h'}", "project must be configured"},
		{"empty project", "{" + usual + "'project': ''}", "project"},
		{"no issue type", "{project: OPS, api_url: 'http://h'}", "issue_type must be configured"},
		{"no URL", "{project: OPS, issue_type: Bug}", "api_url must be configured, or jira_api_url in the global section"},
		{"URL null", "{project: OPS, issue_type: Bug, api_url: }", "api_url must be configured"},
		{"URL empty", "{project: OPS, issue_type: Bug, api_url: ''}", "unsupported scheme"},
		{"URL without host", "{project: OPS, issue_type: Bug, api_url: 'http:///rest'}", "missing host"},
		{"API type", "{" + usual + "api_type: server}", "api_type: must be one of auto, cloud and datacenter"},
		{"API type in capitals", "{" + usual + "api_type: Cloud}", "api_type"},
		{"API type empty", "{" + usual + "api_type: ''}", "api_type"},
		{"reopen duration", "{" + usual + "reopen_duration: 1.5h}", "reopen_duration"},
		{"summary", "{" + usual + "summary: [a]}", "summary"},
		{"key in summary", "{" + usual + "summary: {text: a}}", `unknown key "text"`},
		{"description", "{" + usual + "description: {enable_update: perhaps}}", "enable_update"},
		{"fields", "{" + usual + "fields: [a]}", "fields"},
		{"labels", "{" + usual + "labels: a}", "labels"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := read(test.config, "")
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want %q", err, test.want)
			}
		})
	}
}

func TestShown(t *testing.T) {
	tests := []struct{ name, config, global, want string }{
		{
			"defaults", "{project: OPS, issue_type: Bug}", "jira_api_url: http://u:p@h/rest/api/2/",
			`send_resolved: true
api_url: http://u:p@h/rest/api/2/
api_type: auto
project: OPS
summary:
    template: '{{ template "jira.default.summary" . }}'
    enable_update: true
description:
    template: '{{ template "jira.default.description" . }}'
    enable_update: true
priority: '{{ template "jira.default.priority" . }}'
issue_type: Bug
`,
		},
		{
			"parts of texts", "{project: OPS, issue_type: Bug, api_url: 'http://h', summary: s, description: {enable_update: false}, priority: '', reopen_duration: 90m}",
			"jira_api_url: http://other",
			`send_resolved: true
api_url: http://h
api_type: auto
project: OPS
summary:
    template: s
    enable_update: true
description:
    template: '{{ template "jira.default.description" . }}'
    enable_update: false
issue_type: Bug
reopen_duration: 1h30m
`,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c, err := read(test.config, test.global)
			if err != nil {
				t.Fatal(err)
			}
			shown, err := yaml.Marshal(c)
			if err != nil {
				t.Fatal(err)
			}
			if string(shown) != test.want {
				t.Errorf("shown as\n%swant\n%s", shown, test.want)
			}
		})
	}
}

func TestTextsHavePaths(t *testing.T) {
	c, err := read("{project: OPS, issue_type: Bug, api_url: 'http://h', labels: [a], fields: {x: {y: [b]}}}", "")
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	for path := range c.Texts() {
		paths = append(paths, path)
	}
	got := strings.Join(paths, " ")
	if want := "project summary.template description.template labels[0] priority issue_type fields.x.y[0]"; got != want {
		t.Errorf("texts %q, want %q", got, want)
	}
}

func TestSearchURL(t *testing.T) {
	tests := []struct{ api, kind, want string }{
		{"https://jira.example/rest/api/2", "auto", "https://jira.example/rest/api/2/search"},
		{"https://jira.example/base/rest/api/2/", "auto", "https://jira.example/base/rest/api/2/search"},
		{"https://jira.example/rest/api/2", "cloud", "https://jira.example/rest/api/3/search/jql"},
		{"https://jira.example/rest/api/2", "datacenter", "https://jira.example/rest/api/2/search"},
		{"https://x.atlassian.net/rest/api/2", "auto", "https://x.atlassian.net/rest/api/3/search/jql"},
		{"https://x.atlassian.net/rest/api/2/", "auto", "https://x.atlassian.net/rest/api/3/search/jql"},
		{"https://x.atlassian.net/rest/api/3", "auto", "https://x.atlassian.net/rest/api/3/search/jql"},
		{"https://x.atlassian.net:8443/rest/api/3", "auto", "https://x.atlassian.net:8443/rest/api/3/search/jql"},
		{"https://x.atlassian.net/rest/api/2", "datacenter", "https://x.atlassian.net/rest/api/2/search"},
		{"https://x.atlassian.net/a/rest/api/2/rest/api/2/", "auto", "https://x.atlassian.net/a/rest/api/3/rest/api/2/search/jql"},
	}
	for _, test := range tests {
		api, err := url.Parse(test.api)
		if err != nil {
			t.Fatal(err)
		}
		if got := searchURL(api, test.kind); got != test.want {
			t.Errorf("%s, %s: %s, want %s", test.api, test.kind, got, test.want)
		}
	}
}

func TestJQL(t *testing.T) {
	const (
		open = "statusCategory != Done and "
		end  = `project="OPS" and labels="ALERT{1}" order by status ASC,resolutiondate DESC`
	)
	tests := []struct {
		config string
		firing bool
		want   string
	}{
		{"", true, open + end},
		{"", false, open + end},
		{"reopen_duration: 1h", true, open + end},
		{"reopen_transition: Open", true, open + end},
		{"reopen_transition: Open, reopen_duration: 59s", true, open + end},
		{"reopen_transition: Open, reopen_duration: 119s", true, "(resolutiondate is EMPTY OR resolutiondate >= -1m) and " + end},
		{"reopen_transition: Open, reopen_duration: 1d", true, "(resolutiondate is EMPTY OR resolutiondate >= -1440m) and " + end},
		{"reopen_transition: Open, reopen_duration: 1d", false, open + end},
		{`wont_fix_resolution: 'Won''t "do"'`, true, `(resolution is EMPTY or resolution != "Won't \"do\"") and ` + open + end},
		{
			"wont_fix_resolution: No, reopen_transition: Open, reopen_duration: 1h", true,
			`(resolution is EMPTY or resolution != "No") and (resolutiondate is EMPTY OR resolutiondate >= -60m) and ` + end,
		},
	}
	for _, test := range tests {
		t.Run(fmt.Sprint(test.config, test.firing), func(t *testing.T) {
			d, err := yamlx.Parse([]byte("{" + strings.ReplaceAll(test.config, ": No,", ": 'No',") + "}"))
			if err != nil {
				t.Fatal(err)
			}
			var c Config
			if err := d.Decode(&c); err != nil {
				t.Fatal(err)
			}
			if got := c.jql(issue{project: "OPS", label: "ALERT{1}"}, test.firing); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}
