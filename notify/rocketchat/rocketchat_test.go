package rocketchat

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gopkg.in/yaml.v3"

	"github.com/tocsin-alerting/tocsin/internal/yamlx"
	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/notify/receivertest"
)

func TestReceiver(t *testing.T) {
	receivertest.Run(t, Kind(), receivertest.Options{
		Config:   "{api_url: $URL, token_id: id, token: $SECRET}",
		Required: []string{"token_id", "token"},
		Texts:    []string{"title", "text"},
		Values:   []string{"channel"},
		Success:  receivertest.Answer{Body: `{"ts":1481748965123,"channel":"general","message":{},"success":true}`},
	})
}

func decode(global, entry string) (notify.Config, error) {
	around := notify.Around{Global: Kind().Globals()}
	d, err := yamlx.Parse([]byte(global))
	if err != nil {
		return nil, err
	}
	if err := d.Decode(around.Global); err != nil {
		return nil, err
	}
	if err := around.Global.(*Global).Check(); err != nil {
		return nil, err
	}
	if d, err = yamlx.Parse([]byte(entry)); err != nil {
		return nil, err
	}
	return Kind().Decode(d.Decode, around)
}

func TestConfigErrors(t *testing.T) {
	tests := []struct{ name, global, entry, want string }{
		{"nothing", "", "{}", "one of token_id or token_id_file must be configured"},
		{"no token", "", "token_id: i", "one of token or token_file must be configured"},
		{"no token id", "rocketchat_token: t", "{}", "one of token_id or token_id_file must be configured"},
		{"two tokens", "", "{token_id: i, token: s3cr3t, token_file: f}", "at most one of token and token_file must be configured"},
		{"two token ids", "", "{token: t, token_id: s3cr3t, token_id_file: f}", "at most one of token_id and token_id_file must be configured"},
		{"URL", "", "{token_id: i, token: t, api_url: h}", "api_url"},
		{"no URL", "rocketchat_api_url: null", "{token_id: i, token: t}", "api_url: must be configured"},
		{"global tokens", "{rocketchat_token: s3cr3t, rocketchat_token_file: f}", "{}", "at most one of rocketchat_token and rocketchat_token_file must be configured"},
		{"global token ids", "{rocketchat_token_id: s3cr3t, rocketchat_token_id_file: f}", "{}", "at most one of rocketchat_token_id and rocketchat_token_id_file must be configured"},
		{"global URL", "rocketchat_api_url: ftp://h", "{}", "rocketchat_api_url"},
		{"unknown key of an action", "", "{token_id: i, token: t, actions: [{image_url: a}]}", "image_url"},
		{"unknown key of a field", "", "{token_id: i, token: t, fields: [{long: a}]}", "long"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := decode(test.global, test.entry)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Fatalf("error %v, want %q", err, test.want)
			}
			if strings.Contains(err.Error(), "s3cr3t") {
				t.Errorf("a secret is in the error: %v", err)
			}
		})
	}
}

func show(t *testing.T, global, entry string) string {
	t.Helper()
	c, err := decode(global, entry)
	if err != nil {
		t.Fatal(err)
	}
	shown, err := yaml.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	return string(shown)
}

func TestDefaults(t *testing.T) {
	want := `send_resolved: false
api_url: https://open.rocket.chat/
token_id: <secret>
token: <secret>
color: '{{ if eq .Status "firing" }}red{{ else }}green{{ end }}'
title: '{{ template "rocketchat.default.title" . }}'
title_link: '{{ template "rocketchat.default.titlelink" . }}'
text: '{{ template "rocketchat.default.text" . }}'
short_fields: false
emoji: '{{ template "rocketchat.default.emoji" . }}'
icon_url: '{{ template "rocketchat.default.iconurl" . }}'
link_names: false
`
	if diff := cmp.Diff(want, show(t, "", "{token_id: i, token: t}")); diff != "" {
		t.Errorf("shown (-want +got):\n%s", diff)
	}
}

func TestInherit(t *testing.T) {
	tests := []struct {
		name, global, entry string
		want                []string
	}{
		{"all global", "{rocketchat_token_id: i, rocketchat_token: t}", "{}", []string{"token_id: <secret>", "token: <secret>"}},
		{"global files", "{rocketchat_token_id_file: i, rocketchat_token_file: t}", "{}", []string{"token_id_file: i", "token_file: t"}},
		{"each for itself", "{rocketchat_token_id: i}", "token_file: t", []string{"token_id: <secret>", "token_file: t"}},
		{"own file", "{rocketchat_token_id: i, rocketchat_token: t}", "{token_id_file: i, token_file: t}", []string{"token_id_file: i", "token_file: t"}},
		{"global file", "{rocketchat_token_id_file: i, rocketchat_token_file: t}", "{token_id: i, token: t}", []string{"token_id_file: i", "token_file: t"}},
		{"own files", "{rocketchat_token_id_file: i, rocketchat_token_file: t}", "{token_id_file: j, token_file: u}", []string{"token_id_file: j", "token_file: u"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for line := range strings.Lines(show(t, test.global, test.entry)) {
				if strings.HasPrefix(line, "token") {
					got = append(got, strings.TrimSpace(line))
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("shown (-want +got):\n%s", diff)
			}
		})
	}
}

// TestEverythingShown checks that what is shown means the same.
func TestEverythingShown(t *testing.T) {
	first := show(t, "", `{token_id_file: i, token_file: t, channel: a, fields: [{title: a, short: false}, null], actions: [{type: a, text: b, url: c, imageurl: d, iswebview: true,
		webviewheightratio: e, msg: f, msginchatwindow: true, msgprocessingtype: g}]}`)
	if diff := cmp.Diff(first, show(t, "", first)); diff != "" {
		t.Errorf("shown and read again:\n%s", diff)
	}
}

// TestFiles checks that files are read when an entry is opened, to find
// mistakes, and at every attempt, since they change.
func TestFiles(t *testing.T) {
	var heard []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		heard = append(heard, r.Header.Get("X-User-Id")+" "+r.Header.Get("X-Auth-Token"))
		_, _ = w.Write([]byte(`{"success":true}`))
	}))
	defer server.Close()
	dir := t.TempDir()
	id, token := filepath.Join(dir, "id"), filepath.Join(dir, "token")
	c, err := decode("", "{api_url: '"+server.URL+"', token_id_file: "+id+", token_file: "+token+"}")
	if err != nil {
		t.Fatal(err)
	}
	write := func(path, text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := c.Open(notify.Deps{}); err == nil || !strings.Contains(err.Error(), "token_id: read secret: open "+id) {
		t.Errorf("opened without a token id: error %v", err)
	}
	write(id, "i1\n")
	if _, err := c.Open(notify.Deps{}); err == nil || !strings.Contains(err.Error(), "token: read secret: open "+token) {
		t.Errorf("opened without a token: error %v", err)
	}
	write(token, " t1 ")
	s, err := c.Open(notify.Deps{})
	if err != nil {
		t.Fatal(err)
	}
	for _, suffix := range []string{"1", "2"} {
		write(id, "i"+suffix)
		write(token, "t"+suffix)
		if err := s.Send(t.Context(), receivertest.Notification(t, "bare")); err != nil {
			t.Fatal(err)
		}
	}
	write(token, "")
	if err := s.Send(t.Context(), receivertest.Notification(t, "bare")); !permanent(err) {
		t.Errorf("an empty file: error %v, want a permanent one", err)
	}
	if diff := cmp.Diff([]string{"i1 t1", "i2 t2"}, heard); diff != "" {
		t.Errorf("credentials (-want +got):\n%s", diff)
	}
}
