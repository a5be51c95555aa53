package wechat

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/tocsin-alerting/tocsin/internal/yamlx"
	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/notify/receivertest"
)

func TestReceiver(t *testing.T) {
	receivertest.Run(t, Kind(), receivertest.Options{
		Config:   "{api_url: $URL/cgi-bin, api_secret: $SECRET, corp_id: c}",
		Required: []string{"api_secret", "corp_id"},
		Files:    map[string]string{"api_secret": "api_secret_file"},
		Texts:    []string{"message"},
		Cut:      []string{"message"},
		Values:   []string{"api_secret", "corp_id", "to_user", "to_party", "to_tag", "agent_id"},
		Success:  receivertest.Answer{Body: `{"errcode":0,"errmsg":"ok","access_token":"the-token"}`},
		Retried:  []int{400, 401, 403, 404, 410, 413, 422},
	})
}

// read decodes an entry, with a global section.
func read(text, global string) (notify.Config, error) {
	around := notify.Around{Global: Kind().Globals()}
	g, err := yamlx.Parse([]byte(global))
	if err != nil {
		return nil, err
	}
	if err := g.Decode(around.Global); err != nil {
		return nil, err
	}
	if err := around.Global.(*Globals).Check(); err != nil {
		return nil, err
	}
	d, err := yamlx.Parse([]byte(text))
	if err != nil {
		return nil, err
	}
	return Kind().Decode(d.Decode, around)
}

func TestConfigErrors(t *testing.T) {
	const secret = "s3cr3t-key"
	tests := []struct{ name, config, global, want string }{
		{"type", "{api_secret: s3cr3t-key, corp_id: c, message_type: html}", "", "message_type: must be text or markdown"},
		{"type in capitals", "{api_secret: s3cr3t-key, corp_id: c, message_type: Text}", "", "message_type"},
		{"two secrets", "{api_secret: s3cr3t-key, api_secret_file: f, corp_id: c}", "", "at most one of api_secret and api_secret_file"},
		{"two global secrets", "{}", "{wechat_api_secret: s3cr3t-key, wechat_api_secret_file: f}", "at most one of wechat_api_secret and wechat_api_secret_file"},
		{"no URL", "{}", "wechat_api_url: ", "api_url must be configured, or wechat_api_url in the global section"},
		{"no secret", "{}", "", "api_secret or api_secret_file must be configured, or wechat_api_secret or wechat_api_secret_file in the global section"},
		{"no corp ID", "{api_secret_file: f}", "", "corp_id must be configured, or wechat_api_corp_id in the global section"},
		{"URL", "{api_url: 'ftp://h', api_secret: s3cr3t-key, corp_id: c}", "", "unsupported scheme"},
		{"global URL", "{}", "wechat_api_url: 'http:///a'", "missing host"},
		{"null", "", "", "api_secret"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := read(test.config, test.global)
			switch {
			case err == nil || !strings.Contains(err.Error(), test.want):
				t.Errorf("error %v, want %q", err, test.want)
			case strings.Contains(err.Error(), secret):
				t.Errorf("the secret is in the error: %v", err)
			}
		})
	}
}

func TestInherited(t *testing.T) {
	const (
		global = "{wechat_api_secret: s, wechat_api_corp_id: c}"
		texts  = `to_user: '{{ template "wechat.default.to_user" . }}'
to_party: '{{ template "wechat.default.to_party" . }}'
to_tag: '{{ template "wechat.default.to_tag" . }}'
agent_id: '{{ template "wechat.default.agent_id" . }}'
`
		message = `message: '{{ template "wechat.default.message" . }}'` + "\n"
	)
	tests := []struct{ name, config, global, want string }{
		{
			"all", "{}", global,
			"api_secret: <secret>\ncorp_id: c\napi_url: https://qyapi.weixin.qq.com/cgi-bin/\n" + message + "message_type: text\n" + texts,
		},
		{
			"nothing", "{api_secret: t, corp_id: d, api_url: 'http://h/a', message_type: ''}", global,
			"api_secret: <secret>\ncorp_id: d\napi_url: http://h/a/\n" + message + "message_type: text\n" + texts,
		},
		{
			"the secrets are a pair", "{api_secret_file: f}", global,
			"api_secret_file: f\ncorp_id: c\napi_url: https://qyapi.weixin.qq.com/cgi-bin/\n" + message + "message_type: text\n" + texts,
		},
		{
			"secret file and URL", "{message_type: markdown}", "{wechat_api_secret_file: g, wechat_api_corp_id: c, wechat_api_url: 'http://h'}",
			"api_secret_file: g\ncorp_id: c\napi_url: http://h/\n" + message + "message_type: markdown\n" + texts,
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
			got := strings.Replace(string(shown), "timeout: 0s\n", "", 1)
			if want := "send_resolved: false\n" + test.want; got != want {
				t.Errorf("shown as\n%swant\n%s", got, want)
			}
		})
	}
}

func TestTexts(t *testing.T) {
	for secret, want := range map[string]string{"s": "", "{{ .GroupLabels.team }}": "api_secret"} {
		c, err := read("{corp_id: c, api_secret: '"+secret+"'}", "")
		if err != nil {
			t.Fatal(err)
		}
		var paths []string
		for path := range c.Texts() {
			paths = append(paths, path)
		}
		got := strings.Join(paths, " ")
		if want := strings.TrimSpace("corp_id message to_user to_party to_tag agent_id " + want); got != want {
			t.Errorf("%s: texts %q, want %q", secret, got, want)
		}
	}
}

func TestTokens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tokens, a, b := newTokens(), credentials{"c", "a"}, credentials{"c", "b"}
		want := func(when string, who credentials, want string) {
			t.Helper()
			if got, ok := tokens.get(who); ok != (want != "") || ok && got != want {
				t.Errorf("%s: token %q, known %v; want %q", when, got, ok, want)
			}
		}
		want("at first", a, "")
		tokens.put(a, "1")
		want("just put", a, "1")
		want("others", b, "")
		time.Sleep(time.Hour)
		tokens.put(b, "2")
		time.Sleep(time.Hour - time.Nanosecond)
		want("at the end of its life", a, "1")
		time.Sleep(time.Nanosecond)
		want("after its life", a, "")
		want("a younger one", b, "2")
		tokens.put(b, "3")
		if len(tokens.known) != 1 {
			t.Errorf("%d tokens are kept, want one", len(tokens.known))
		}
		tokens.drop(b, "2")
		want("dropped too late", b, "3")
		tokens.drop(b, "3")
		want("dropped", b, "")
	})
}

func TestErrorsAreQuiet(t *testing.T) {
	err := reply{Code: 40001, Text: "no t0ken-of-wechat " + strings.Repeat("x", 5000)}.failure("t0ken-of-wechat")
	if strings.Contains(err.Error(), "t0ken") || len(err.Error()) > 1100 {
		t.Errorf("error %.100q… has the token or %d bytes", err, len(err.Error()))
	}
}
