package template

import (
	"html"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-alerting/tocsin/alert"
)

// What the built-in templates make of the example batch.
const (
	subject = "[FIRING:1] DiskFull (prod warning)"
	link    = `http://am.example/am/#/alerts?receiver=team%5C.db`

	listFiring = `Labels:
 - alertname = DiskFull
 - env = prod
 - host = h1
 - severity = warning
Annotations:
 - runbook = http://rb
 - summary = disk <90%>
Source: http://prom/g?x=1&y=2
`
	listResolved = `Labels:
 - alertname = DiskFull
 - env = prod
 - host = h2
 - severity = warning
Annotations:
 - summary = disk <90%>
Source: http://prom/g2
`
	markdownFiring = `
Labels:
  - alertname = DiskFull
  - env = prod
  - host = h1
  - severity = warning

Annotations:
  - runbook = http://rb
  - summary = disk <90%>

Source: http://prom/g?x=1&y=2
`
	markdownResolved = `
Labels:
  - alertname = DiskFull
  - env = prod
  - host = h2
  - severity = warning

Annotations:
  - summary = disk <90%>

Source: http://prom/g2
`
	bodyTight = "disk <90%>\nAlerts Firing:\n" + listFiring + "\nAlerts Resolved:\n" + listResolved
	bodyLoose = "disk <90%>" + bodyPlain
	bodyPlain = "\n\nAlerts Firing:\n" + listFiring + "\n\n\nAlerts Resolved:\n" + listResolved + "\n\n"

	bodyMarkdown = "\n\n# Alerts Firing:\n" + markdownFiring + "\n\n\n\n# Alerts Resolved:\n" + markdownResolved + "\n\n\n"
)

// builtinTexts has the output of every template that takes Data.
func builtinTexts() map[string]string {
	return map[string]string{
		"__alertmanager":    "Alertmanager",
		"__alertmanagerURL": link,
		"__subject":         subject,
		"__description":     "",
		"__color":           "danger",
		"__email_color":     "#E6522C",
		"__body_tight":      bodyTight,
		"__body_loose":      bodyLoose,
		"__body_plain":      bodyPlain,
		"__body_markdown":   bodyMarkdown,

		"slack.default.title":      subject,
		"slack.default.username":   "Alertmanager",
		"slack.default.fallback":   subject + " | " + link,
		"slack.default.titlelink":  link,
		"slack.default.color":      "danger",
		"slack.default.callbackid": "",
		"slack.default.pretext":    "",
		"slack.default.iconemoji":  "",
		"slack.default.iconurl":    "",
		"slack.default.text":       "",
		"slack.default.footer":     "",

		"pagerduty.default.description": subject,
		"pagerduty.default.client":      "Alertmanager",
		"pagerduty.default.clientURL":   link,

		"opsgenie.default.message":     subject,
		"opsgenie.default.description": bodyTight,
		"opsgenie.default.source":      link,

		"wechat.default.message":  subject + "\n" + bodyTight + "\nAlertmanagerUrl:\n" + link,
		"wechat.default.to_user":  "",
		"wechat.default.to_party": "",
		"wechat.default.to_tag":   "",
		"wechat.default.agent_id": "",

		"victorops.default.state_message":       bodyTight,
		"victorops.default.entity_display_name": subject,
		"victorops.default.monitoring_tool":     "Alertmanager",

		"pushover.default.title":   subject,
		"pushover.default.message": bodyLoose,
		"pushover.default.url":     link,

		"sns.default.subject": subject,
		"sns.default.message": bodyLoose,

		"telegram.default.message": bodyPlain,

		"discord.default.content": "",
		"discord.default.title":   subject,
		"discord.default.message": bodyPlain,

		"webex.default.message": bodyLoose,

		"msteams.default.summary": subject,
		"msteams.default.title":   subject,
		"msteams.default.text":    bodyMarkdown,
		"msteamsv2.default.title": subject,
		"msteamsv2.default.text":  bodyMarkdown,

		"jira.default.summary":     subject,
		"jira.default.description": bodyMarkdown,
		"jira.default.priority":    "Medium",

		"rocketchat.default.title":     subject,
		"rocketchat.default.alias":     "Alertmanager",
		"rocketchat.default.titlelink": link,
		"rocketchat.default.emoji":     "",
		"rocketchat.default.iconurl":   "",
		"rocketchat.default.text":      "",

		"mattermost.default.color":     "danger",
		"mattermost.default.username":  "Alertmanager",
		"mattermost.default.title":     subject,
		"mattermost.default.titlelink": link,
		"mattermost.default.fallback":  subject + " | " + link,
		"mattermost.default.text":      bodyMarkdown,

		"email.default.subject": subject,
	}
}

func TestBuiltin(t *testing.T) {
	s, d := newSet(t), example()
	for name, want := range builtinTexts() {
		t.Run(name, func(t *testing.T) {
			got := mustText(t, s, Text(`{{ template "`+name+`" . }}`), d)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// Every defined name has a test: in builtinTexts or by itself.
func TestBuiltinIsComplete(t *testing.T) {
	tested := builtinTexts()
	elsewhere := []string{
		"__text_alert_list", "__text_alert_list_markdown", "pagerduty.default.instances", "email.default.html", "__email_alerts",
	}
	definition := regexp.MustCompile(`define "([^"]+)"`)
	files, err := fs.Glob(builtin, "builtin/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		text, err := builtin.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range definition.FindAllStringSubmatch(string(text), -1) {
			name := match[1]
			if _, ok := tested[name]; !ok && !slices.Contains(elsewhere, name) {
				t.Errorf("%s: no test for %q", file, name)
			}
		}
	}
}

func TestBuiltinLists(t *testing.T) {
	tests := []struct{ text, want string }{
		{`{{ template "__text_alert_list" .Alerts.Firing }}`, listFiring},
		{`{{ template "__text_alert_list" .Alerts }}`, listFiring + listResolved},
		{`{{ template "pagerduty.default.instances" .Alerts.Firing }}`, listFiring},
		{`{{ template "pagerduty.default.instances" list }}`, ""},
		{`{{ template "__text_alert_list_markdown" .Alerts.Firing }}`, markdownFiring + "\n"},
		{`{{ template "__text_alert_list_markdown" .Alerts }}`, markdownFiring + markdownResolved + "\n"},
	}
	s, d := newSet(t), example()
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, mustText(t, s, Text(tt.text), d)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestBuiltinByStatus(t *testing.T) {
	bare := exampleAlert("h1", "", time.Time{})
	tests := []struct {
		name     string
		alerts   []*alert.Alert
		template string
		want     string
	}{
		{"subject, resolved", []*alert.Alert{resolvedExample()}, "__subject", "[RESOLVED] DiskFull (prod h2 warning)"},
		{"color, resolved", []*alert.Alert{resolvedExample()}, "slack.default.color", "good"},
		{"color, resolved", []*alert.Alert{resolvedExample()}, "mattermost.default.color", "good"},
		{"tight, firing only", []*alert.Alert{firingExample()}, "opsgenie.default.description", "http://rb disk <90%>\nAlerts Firing:\n" + listFiring + "\n"},
		{"tight, resolved only", []*alert.Alert{resolvedExample()}, "opsgenie.default.description", "disk <90%>\n\nAlerts Resolved:\n" + listResolved},
		{"loose, firing only", []*alert.Alert{firingExample()}, "sns.default.message", "http://rb disk <90%>\n\nAlerts Firing:\n" + listFiring + "\n\n\n"},
		{"loose, resolved only", []*alert.Alert{resolvedExample()}, "sns.default.message", "disk <90%>\n\n\nAlerts Resolved:\n" + listResolved + "\n\n"},
		{"plain, firing only", []*alert.Alert{firingExample()}, "discord.default.message", "\n\nAlerts Firing:\n" + listFiring + "\n\n\n"},
		{"markdown, resolved only", []*alert.Alert{resolvedExample()}, "msteams.default.text", "\n\n\n# Alerts Resolved:\n" + markdownResolved + "\n\n\n"},
		{
			"wechat, firing only",
			[]*alert.Alert{firingExample()},
			"wechat.default.message",
			"[FIRING:1] DiskFull (prod h1 warning)\nhttp://rb disk <90%>\nAlerts Firing:\n" + listFiring + "\n\nAlertmanagerUrl:\n" + link,
		},
		{
			"no annotations",
			[]*alert.Alert{bare},
			"victorops.default.state_message",
			"\nAlerts Firing:\nLabels:\n - alertname = DiskFull\n - env = prod\n - host = h1\n - severity = warning\nAnnotations:\nSource: \n\n",
		},
	}
	s := newSet(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := mustText(t, s, Text(`{{ template "`+tt.template+`" . }}`), example(tt.alerts...))
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestSubjectWithoutMoreCommonLabels(t *testing.T) {
	b := exampleBatch()
	b.GroupLabels = alert.LabelsOf("severity", "warning", "alertname", "DiskFull", "env", "prod")
	want := "[FIRING:1] DiskFull prod warning "
	if got := mustText(t, newSet(t), `{{ template "__subject" . }}`, NewData(b)); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestJiraPriority(t *testing.T) {
	tests := []struct {
		firing, resolved []string // severities
		want             string
	}{
		{nil, nil, ""},
		{[]string{"info", "critical", "warning"}, nil, "High"},
		{[]string{"warning", "info"}, nil, "Medium"},
		{[]string{"info", "warning", "info"}, nil, "Medium"},
		{[]string{"none", "info"}, nil, "Low"},
		{[]string{"page", ""}, nil, ""},
		{[]string{"info"}, []string{"critical"}, "Low"},
		{[]string{"page"}, []string{"warning", "critical"}, "High"},
		{nil, []string{"info"}, "Low"},
	}
	s := newSet(t)
	for _, tt := range tests {
		name := strings.Join(tt.firing, ",") + ";" + strings.Join(tt.resolved, ",")
		t.Run(name, func(t *testing.T) {
			var d Data
			for _, severity := range tt.firing {
				d.Alerts = append(d.Alerts, Alert{Status: StatusFiring, Labels: KV{"severity": severity}})
			}
			for _, severity := range tt.resolved {
				d.Alerts = append(d.Alerts, Alert{Status: StatusResolved, Labels: KV{"severity": severity}})
			}
			if got := mustText(t, s, `{{ template "jira.default.priority" . }}`, &d); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// visible reduces a page to what a reader sees, one line per line, with
// links as text «address», bold as *text*, rules as ---.
func visible(page string) string {
	for _, step := range []struct{ pattern, with string }{
		{`(?s)<title>(.*?)</title>`, "title: $1\n"},
		{`(?s)<a href="([^"]*)"[^>]*>(.*?)</a>`, "$2 «$1»"},
		{`</?strong>`, "*"},
		{`<hr[^>]*>`, "---"},
		{`(?s)<td[^>]*background-color:(#\w+)[^>]*>\s*(\S[^<]*)`, "banner $1: $2"},
		{`<[/!]?[a-zA-Z][^>]*>`, ""},
		{`\s*\n\s*`, "\n"},
	} {
		page = regexp.MustCompile(step.pattern).ReplaceAllString(page, step.with)
	}
	return strings.TrimSpace(html.UnescapeString(page))
}

func TestEmail(t *testing.T) {
	const firing = `*[1] Firing*
*Labels*
alertname = DiskFull
env = prod
host = h1
severity = warning
*Annotations*
runbook = http://rb
summary = disk <90%>
Source «http://prom/g?x=1&y=2»
`
	const resolved = `*[1] Resolved*
*Labels*
alertname = DiskFull
env = prod
host = h2
severity = warning
*Annotations*
summary = disk <90%>
Source «http://prom/g2»
`
	const footer = "Sent by Alertmanager «http://am.example/am»"
	const button = "View in Alertmanager «" + link + "»\n"
	plain := exampleAlert("h1", "http://prom/g", time.Time{})
	tests := []struct {
		name   string
		alerts []*alert.Alert
		want   string
	}{
		{
			"both", nil,
			"title: " + subject + "\nbanner #E6522C: 2 alerts for\nalertname=DiskFull\n" + button + firing + "---\n" + resolved + footer,
		},
		{
			"resolved",
			[]*alert.Alert{resolvedExample()},
			"title: [RESOLVED] DiskFull (prod h2 warning)\nbanner #68B90F: 1 alert for\nalertname=DiskFull\n" + button + resolved + footer,
		},
		{
			"no annotations",
			[]*alert.Alert{plain},
			"title: [FIRING:1] DiskFull (prod h1 warning)\nbanner #E6522C: 1 alert for\nalertname=DiskFull\n" + button +
				"*[1] Firing*\n*Labels*\nalertname = DiskFull\nenv = prod\nhost = h1\nseverity = warning\nSource «http://prom/g»\n" + footer,
		},
	}
	s := newSet(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			page, err := s.HTML(`{{ template "email.default.html" . }}`, example(tt.alerts...))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, visible(page)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestEmailEscapes(t *testing.T) {
	evil := exampleAlert(`<img src=x onerror="1">`, "javascript:alert(1)", time.Time{}, "summary", "</td><script>alert(1)</script>")
	page, err := newSet(t).HTML(`{{ template "email.default.html" . }}`, example(evil))
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"<img", "<script", "javascript:"} {
		if strings.Contains(page, bad) {
			t.Errorf("the page contains %s", bad)
		}
	}
}
