package notify

import (
	"testing"

	"gopkg.in/yaml.v3"
)

func TestAuthorizes(t *testing.T) {
	for text, want := range map[string]bool{
		"{}":              false,
		"http_config: {}": false,
		"http_config: {proxy_url: 'http://u:p@h'}":                                         false,
		"http_config: {basic_auth: {username: u}}":                                         true,
		"http_config: {authorization: {credentials: c}}":                                   true,
		"http_config: {bearer_token: t}":                                                   true,
		"http_config: {bearer_token_file: f}":                                              true,
		"http_config: {oauth2: {client_id: c, client_secret: s, token_url: 'http://h/t'}}": true,
	} {
		var c HTTPCommon
		if err := yaml.Unmarshal([]byte(text), &c); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if got := c.Authorizes(); got != want {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
}
