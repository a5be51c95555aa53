package receivertest

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	commoncfg "github.com/prometheus/common/config"
	"gopkg.in/yaml.v3"
)

// headers is an http_config that can be recognised by the service.
func headers(value string) map[string]any {
	return map[string]any{"http_headers": map[string]any{"X-Test": map[string]any{"values": []string{value}}}}
}

// withHTTP is an entry with more keys in its http_config.
func withHTTP(entry string, more map[string]any) (string, error) {
	return edit(entry, func(keys map[string]any) {
		own, _ := keys["http_config"].(map[string]any)
		all := maps.Clone(more)
		maps.Copy(all, own)
		keys["http_config"] = all
	})
}

// inheritsHTTP reports whether the smallest entry leaves http_config to the
// global section.
func inheritsHTTP(o Options) bool { return !strings.Contains(o.Config, "http_config") }

func ownHTTPConfig(l *lab) error {
	global, err := httpConfig(headers("global"))
	if err != nil {
		return err
	}
	l.http = global
	s := l.serve(l.o.Success.handle)
	entry, err := withHTTP(l.entry(s.url), headers("own"))
	if err != nil {
		return err
	}
	return l.arrives(s, entry, "own")
}

func globalHTTPConfig(l *lab) error {
	global, err := httpConfig(headers("global"))
	if err != nil {
		return err
	}
	l.http = global
	s := l.serve(l.o.Success.handle)
	return l.arrives(s, l.entry(s.url), "global")
}

func httpConfig(keys map[string]any) (*commoncfg.HTTPClientConfig, error) {
	text, err := yaml.Marshal(keys)
	if err != nil {
		return nil, err
	}
	var c commoncfg.HTTPClientConfig
	return &c, yaml.Unmarshal(text, &c)
}

// arrives checks that requests have the test header with a value.
func (l *lab) arrives(s *service, entry, value string) error {
	sender, err := l.open(entry)
	if err != nil {
		return err
	}
	if _, err := sender.send("firing"); err != nil {
		return err
	}
	for _, r := range s.seen() {
		if got := r.Header.Values("X-Test"); !slices.Equal(got, []string{value}) {
			return fmt.Errorf("http_headers that arrived: %q, want that of the %s http_config", got, value)
		}
	}
	return s.asked()
}
