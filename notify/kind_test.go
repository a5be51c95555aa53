package notify_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	commoncfg "github.com/prometheus/common/config"
	"gopkg.in/yaml.v3"

	"github.com/tocsin-alerting/tocsin/internal/yamlx"
	"github.com/tocsin-alerting/tocsin/notify"
)

type bell struct {
	notify.HTTPCommon `yaml:",inline"`
	Rope              notify.Secret `yaml:"rope,omitempty"`
	Strokes           int           `yaml:"strokes"`
}

func (b bell) Check() error {
	if b.Strokes == 13 {
		return errors.New("strokes: 13 brings bad luck")
	}
	return nil
}

// opened keeps what was opened.
type opened struct {
	settings bell
	deps     notify.Deps
}

func (o *opened) kind() notify.Kind {
	defaults := bell{Strokes: 3}
	defaults.SendResolved = true
	return notify.NewKind("bell", defaults, func(b bell, d notify.Deps) (notify.Sender, error) {
		o.settings, o.deps = b, d
		return nil, errors.New("no tower")
	})
}

func decode(kind notify.Kind, text string) (notify.Config, error) {
	d, err := yamlx.Parse([]byte(text))
	if err != nil {
		return nil, err
	}
	return kind.Decode(d.Decode, notify.Around{})
}

func TestKind(t *testing.T) {
	var o opened
	if name := o.kind().Name; name != "bell" {
		t.Errorf("name %q, want bell", name)
	}
	c, err := decode(o.kind(), "{send_resolved: false, timeout: 90s, rope: hemp}")
	if err != nil {
		t.Fatal(err)
	}
	if c.SendsResolved() || c.AttemptTimeout() != 90*time.Second {
		t.Errorf("send_resolved %v, timeout %s, want false and 90s", c.SendsResolved(), c.AttemptTimeout())
	}
	if _, err := c.Open(notify.Deps{UserAgent: "x"}); err == nil || err.Error() != "no tower" {
		t.Errorf("open: error %v, want that of the kind", err)
	}
	if o.settings.Strokes != 3 || o.settings.Rope != "hemp" || o.deps.UserAgent != "x" {
		t.Errorf("opened with %+v and %+v", o.settings, o.deps)
	}
	shown, err := yaml.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	if want := "send_resolved: false\ntimeout: 1m30s\nrope: <secret>\nstrokes: 3\n"; string(shown) != want {
		t.Errorf("shown as\n%swant\n%s", shown, want)
	}
}

func TestDecodeErrors(t *testing.T) {
	tests := map[string]string{
		"timeout: -1ms":          "timeout: -1ms is negative",
		"timeout: soon":          "timeout",
		"strokes: 13":            "strokes: 13 brings bad luck",
		"strokes: many":          "strokes",
		"rings: 3":               "rings",
		"send_resolved: 1":       "send_resolved",
		"http_config: {ropes: }": "ropes",
		"http_config: {bearer_token: a, bearer_token_file: b}": "bearer_token",
	}
	var o opened
	for text, want := range tests {
		if c, err := decode(o.kind(), text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, error %v, want %q", text, c, err, want)
		}
	}
}

// TestDefaultsStay checks that entries do not see each other's settings.
func TestDefaultsStay(t *testing.T) {
	var o opened
	kind := o.kind()
	for _, text := range []string{"{strokes: 7, send_resolved: false}", "{}"} {
		c, err := decode(kind, text)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = c.Open(notify.Deps{})
	}
	if o.settings.Strokes != 3 || !o.settings.SendResolved {
		t.Errorf("the second entry has %+v, want the defaults", o.settings)
	}
}

func TestConfigHidesItself(t *testing.T) {
	var o opened
	c, err := decode(o.kind(), "rope: hemp")
	if err != nil {
		t.Fatal(err)
	}
	type holder struct{ C notify.Config }
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		if got := fmt.Sprintf(verb+" "+verb, c, holder{c}); strings.Contains(got, "hemp") || !strings.Contains(got, "bell") {
			t.Errorf("%s shows %s", verb, got)
		}
	}
}

// towers is what the global section says for bells.
type towers struct {
	Rope   notify.Secret `yaml:"bell_rope,omitempty"`
	Height int           `yaml:"bell_height"`
}

func TestKindWithGlobals(t *testing.T) {
	var got bell
	kind := notify.NewKindWithGlobals("bell", bell{Strokes: 3}, towers{Height: 20},
		func(b *bell, g towers, _ *commoncfg.HTTPClientConfig) error {
			if b.Rope == "" {
				b.Rope = g.Rope
			}
			if b.Rope == "" {
				return errors.New("no rope")
			}
			b.Strokes += g.Height
			return nil
		},
		func(b bell, _ notify.Deps) (notify.Sender, error) {
			got = b
			return nil, nil
		})
	if notify.NewKind("plain", bell{}, nil).Globals() != nil {
		t.Error("a kind without global settings has some")
	}
	global := kind.Globals().(*towers)
	global.Rope = "global"
	if again := kind.Globals().(*towers); again.Rope != "" || again.Height != 20 {
		t.Errorf("the defaults are %+v after a copy was changed", *again)
	}
	http := &commoncfg.HTTPClientConfig{FollowRedirects: true}
	for _, c := range []struct {
		name, entry string
		around      notify.Around
		rope        notify.Secret
		wrong       string
	}{
		{"from global", "{}", notify.Around{Global: global, HTTP: http}, "global", ""},
		{"its own", "{rope: own}", notify.Around{Global: global, HTTP: http}, "own", ""},
		{"nowhere", "{}", notify.Around{}, "", "no rope"},
		{"wrong in itself", "{strokes: 13}", notify.Around{Global: global}, "", "bad luck"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, err := yamlx.Parse([]byte(c.entry))
			if err != nil {
				t.Fatal(err)
			}
			config, err := kind.Decode(d.Decode, c.around)
			if c.wrong != "" {
				if err == nil || !strings.Contains(err.Error(), c.wrong) {
					t.Errorf("error %v, want one with %q", err, c.wrong)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if _, err := config.Open(notify.Deps{}); err != nil {
				t.Fatal(err)
			}
			if got.Rope != c.rope || got.Strokes != 23 || got.HTTPConfig != c.around.HTTP {
				t.Errorf("opened %q with %d strokes and http_config %p, want %q with 23 and %p", string(got.Rope), got.Strokes, got.HTTPConfig, string(c.rope), c.around.HTTP)
			}
		})
	}
}
