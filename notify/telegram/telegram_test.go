package telegram

import (
	"bytes"
	"strings"
	"testing"

	"github.com/go-kit/log"
	"gopkg.in/yaml.v3"

	"github.com/tocsin-alerting/tocsin/internal/yamlx"
	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/notify/receivertest"
)

func TestReceiver(t *testing.T) {
	receivertest.Run(t, Kind(), receivertest.Options{
		Config:   "{api_url: $URL, bot_token: $SECRET, chat_id: -42}",
		Required: []string{"chat_id", "bot_token"},
		Files:    map[string]string{"bot_token": "bot_token_file"},
		Texts:    []string{"message"},
		Cut:      []string{"message"},
		Success:  receivertest.Answer{Body: `{"ok":true,"result":{"message_id":1}}`},
	})
}

// The suite again, with everything that can be inherited in the global section.
func TestReceiverWithGlobals(t *testing.T) {
	receivertest.Run(t, Kind(), receivertest.Options{
		Config:  "{chat_id: -42}",
		Global:  "{telegram_api_url: $URL, telegram_bot_token: $SECRET}",
		Texts:   []string{"message"},
		Success: receivertest.Answer{Body: `{"ok":true,"result":{"message_id":1}}`},
	})
}

// decode reads an entry below a global section.
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
	d, err = yamlx.Parse([]byte(entry))
	if err != nil {
		return nil, err
	}
	return Kind().Decode(d.Decode, around)
}

func TestConfig(t *testing.T) {
	tests := []struct{ name, global, config, want string }{
		{"smallest", "{}", "{bot_token: t0ken, chat_id: 1}", ""},
		{"files", "{}", "{bot_token_file: f, chat_id_file: g}", ""},
		{"shown", "{}", "{bot_token: <secret>, chat_id: -1}", ""},
		{"everything", "{}", "{api_url: 'http://h', bot_token: t0ken, chat_id: -9007199254740993, message_thread_id: 7, " +
			"message: m, disable_notifications: true, parse_mode: MarkdownV2, timeout: 1s, send_resolved: false}", ""},
		{"plain", "{}", "{bot_token: t0ken, chat_id: 1, parse_mode: ''}", ""},
		{"Markdown", "{}", "{bot_token: t0ken, chat_id: 1, parse_mode: Markdown}", ""},
		{"global token", "{telegram_bot_token: t0ken}", "{chat_id: 1}", ""},
		{"global file", "{telegram_bot_token_file: f}", "{chat_id: 1}", ""},
		{"own token and global file", "{telegram_bot_token_file: f}", "{bot_token: t0ken, chat_id: 1}", ""},
		{"no token", "{}", "{chat_id: 1}", "bot_token or bot_token_file, or one of telegram_bot_token and telegram_bot_token_file"},
		{"two tokens", "{}", "{bot_token: t0ken, bot_token_file: f, chat_id: 1}", "at most one of bot_token and bot_token_file"},
		{
			"two global tokens", "{telegram_bot_token: t0ken, telegram_bot_token_file: f}", "{chat_id: 1}",
			"at most one of telegram_bot_token and telegram_bot_token_file",
		},
		{"no chat", "{}", "{bot_token: t0ken}", "one of chat_id or chat_id_file must be configured"},
		{"chat 0", "{}", "{bot_token: t0ken, chat_id: 0}", "one of chat_id or chat_id_file must be configured"},
		{"two chats", "{}", "{bot_token: t0ken, chat_id: 1, chat_id_file: f}", "at most one of chat_id and chat_id_file"},
		{"chat by name", "{}", "{bot_token: t0ken, chat_id: '@ops'}", "chat_id"},
		{"chat too large", "{}", "{bot_token: t0ken, chat_id: 9223372036854775808}", "chat_id"},
		{"parse mode in capitals", "{}", "{bot_token: t0ken, chat_id: 1, parse_mode: html}", `parse_mode: "html" is not one of`},
		{"URL", "{}", "{bot_token: t0ken, chat_id: 1, api_url: 'ftp://h'}", "unsupported scheme, want http or https"},
		{"no URL at all", "{telegram_api_url: null}", "{bot_token: t0ken, chat_id: 1}", "api_url, or telegram_api_url"},
		{"global URL", "{telegram_api_url: h}", "{bot_token: t0ken, chat_id: 1}", "telegram_api_url"},
		{"negative timeout", "{}", "{bot_token: t0ken, chat_id: 1, timeout: -1s}", "timeout: -1s is negative"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := decode(test.global, test.config)
			switch {
			case test.want == "" && err != nil:
				t.Errorf("rejected: %v", err)
			case test.want != "" && err == nil:
				t.Errorf("accepted, want %q", test.want)
			case err != nil && (!strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "t0ken")):
				t.Errorf("error %q, want one with %q and without the token", err, test.want)
			}
		})
	}
}

func TestShown(t *testing.T) {
	tests := []struct{ global, config, want string }{
		{"{telegram_bot_token: t0ken}", "{chat_id: 1}", `send_resolved: true
api_url: https://api.telegram.org
bot_token: <secret>
chat_id: 1
message: '{{ template "telegram.default.message" . }}'
parse_mode: HTML
`},
		{"{telegram_bot_token: t0ken}", `
send_resolved: false
timeout: 90s
api_url: http://u:p@h/x
bot_token_file: /etc/token
chat_id_file: /etc/chat
message_thread_id: 7
message: ""
disable_notifications: true
parse_mode: ""`, `send_resolved: false
timeout: 1m30s
api_url: http://u:p@h/x
bot_token_file: /etc/token
chat_id_file: /etc/chat
message_thread_id: 7
message: ""
disable_notifications: true
parse_mode: ""
`},
	}
	for _, test := range tests {
		c, err := decode(test.global, test.config)
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
	}
}

func TestWarnings(t *testing.T) {
	for mode, want := range map[string]string{
		"HTML":       "replaced by a notice",
		"MarkdownV2": "Cut a text",
	} {
		var logged bytes.Buffer
		s := sender{deps: notify.Deps{Logger: log.NewLogfmtLogger(&logged)}}
		s.ParseMode, s.Message = mode, "{{ range .Alerts }}{{ .Labels }}{{ end }}"
		s.message(receivertest.Notification(t, "firing"), 1)
		if logged.Len() > 0 {
			t.Errorf("%s: a warning about a text that fits: %s", mode, logged.String())
		}
		s.message(receivertest.Notification(t, "many"), 1)
		if text := logged.String(); !strings.Contains(text, want) || !strings.Contains(text, "level=warn") {
			t.Errorf("%s: no warning that says %q in the log:\n%s", mode, want, text)
		}
	}
}
