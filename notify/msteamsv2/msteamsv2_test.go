package msteamsv2

import (
	"strings"
	"testing"

	commoncfg "github.com/prometheus/common/config"
	"gopkg.in/yaml.v3"

	"github.com/tocsin-alerting/tocsin/internal/yamlx"
	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/notify/receivertest"
)

func TestReceiver(t *testing.T) {
	receivertest.Run(t, Kind(), receivertest.Options{
		Config:   "webhook_url: $URL/$SECRET",
		Required: []string{"webhook_url"},
		Files:    map[string]string{"webhook_url": "webhook_url_file"},
		Texts:    []string{"title", "text"},
		Cut:      []string{"text"},
		Success:  receivertest.Answer{Status: 202},
	})
}

func decode(text string) (notify.Config, error) {
	d, err := yamlx.Parse([]byte(text))
	if err != nil {
		return nil, err
	}
	return Kind().Decode(d.Decode, notify.Around{})
}

func TestConfig(t *testing.T) {
	const secret = "s3cr3t-hook"
	tests := []struct{ name, config, want string }{
		{"URL", "webhook_url: https://u:p@h:8443/s3cr3t-hook?wait=true", ""},
		{"file", "webhook_url_file: /etc/hook", ""},
		{"shown", "webhook_url: <secret>", ""},
		{"no URL", "{}", "one of webhook_url or webhook_url_file must be configured"},
		{"empty URL", "webhook_url: ''", "one of webhook_url or webhook_url_file must be configured"},
		{"two URLs", "{webhook_url: 'http://h/s3cr3t-hook', webhook_url_file: f}", "at most one of webhook_url and webhook_url_file"},
		{"scheme", "webhook_url: ftp://h/s3cr3t-hook", "webhook_url: unsupported scheme, want http or https"},
		{"no host", "webhook_url: http:///s3cr3t-hook", "webhook_url: missing host"},
		{"no URL at all", "webhook_url: 'http://h:s3cr3t-hook'", "webhook_url: not a URL"},
		{"list for a text", "{webhook_url: 'http://h', title: [a]}", "title"},
		{"negative timeout", "{webhook_url: 'http://h', timeout: -1s}", "timeout: -1s is negative"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := decode(test.config)
			switch {
			case test.want == "" && err != nil:
				t.Errorf("rejected: %v", err)
			case test.want != "" && err == nil:
				t.Errorf("accepted, want %q", test.want)
			case err != nil && (!strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), secret)):
				t.Errorf("error %q, want one with %q and without the URL", err, test.want)
			}
		})
	}
}

func TestShown(t *testing.T) {
	const defaults = "title: '{{ template \"msteamsv2.default.title\" . }}'\ntext: '{{ template \"msteamsv2.default.text\" . }}'\n"
	all := "send_resolved: false\ntimeout: 5s\nwebhook_url_file: f\ntitle: \"\"\ntext: \"\"\n"
	for config, want := range map[string]string{
		"webhook_url: http://h/s3cr3t-hook": "send_resolved: true\nwebhook_url: <secret>\n" + defaults,
		all:                                 all,
	} {
		c, err := decode(config)
		if err != nil {
			t.Fatal(err)
		}
		shown, err := yaml.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		if string(shown) != want {
			t.Errorf("shown as\n%swant\n%s", shown, want)
		}
	}
}

func TestProxy(t *testing.T) {
	for _, test := range []struct{ name, global, entry, want string }{
		{"no http_config", "{}", "{}", ""},
		{"global proxy", "{proxy_url: 'http://global'}", "{}", "http://global"},
		{"own http_config", "{proxy_url: 'http://global'}", "{http_config: {follow_redirects: false}}", "http://global"},
		{"own proxy", "{proxy_url: 'http://global'}", "{http_config: {proxy_url: 'http://own'}}", "http://own"},
		{"proxy from the environment", "{proxy_url: 'http://global'}", "{http_config: {proxy_from_environment: true}}", ""},
		{"no proxy", "{}", "{http_config: {follow_redirects: false}}", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			var global commoncfg.HTTPClientConfig
			if err := yaml.Unmarshal([]byte(test.global), &global); err != nil {
				t.Fatal(err)
			}
			d, err := yamlx.Parse([]byte("{webhook_url: 'http://h', " + test.entry[1:]))
			if err != nil {
				t.Fatal(err)
			}
			c, err := Kind().Decode(d.Decode, notify.Around{HTTP: &global})
			if err != nil {
				t.Fatal(err)
			}
			shown, err := yaml.Marshal(c)
			if err != nil {
				t.Fatal(err)
			}
			var got struct {
				HTTPConfig struct {
					ProxyURL        string `yaml:"proxy_url"`
					FollowRedirects bool   `yaml:"follow_redirects"`
				} `yaml:"http_config"`
			}
			if err := yaml.Unmarshal(shown, &got); err != nil {
				t.Fatal(err)
			}
			if got.HTTPConfig.ProxyURL != test.want {
				t.Errorf("proxy %q, want %q", got.HTTPConfig.ProxyURL, test.want)
			}
			if strings.Contains(test.entry, "follow_redirects") == got.HTTPConfig.FollowRedirects {
				t.Errorf("follow_redirects is %v", got.HTTPConfig.FollowRedirects)
			}
		})
	}
	var shared commoncfg.HTTPClientConfig
	for _, c := range []Config{{}, {HTTPCommon: notify.HTTPCommon{HTTPConfig: &shared}}} {
		if err := inherit(&c, Global{}, nil); err != nil {
			t.Errorf("without a global http_config: %v", err)
		}
	}
}
