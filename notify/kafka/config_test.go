package kafka

import (
	"os"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/tocsin-alerting/tocsin/internal/yamlx"
	"github.com/tocsin-alerting/tocsin/notify"
)

func decode(text string) (notify.Config, error) {
	d, err := yamlx.Parse([]byte(text))
	if err != nil {
		return nil, err
	}
	return Kind().Decode(d.Decode, notify.Around{Dir: "/etc/tocsin"})
}

func TestConfig(t *testing.T) {
	const secret = "s3cr3t"
	login := func(keys string) string { return "{brokers: [h], topic: t, sasl: {" + keys + "}}" }
	tests := []struct{ name, config, want string }{
		{"smallest", "{brokers: [h], topic: t}", ""},
		{"ports", "{brokers: ['h:1', '[::1]:9092', '10.0.0.1:9'], topic: a.B_c-1}", ""},
		{"TLS", "{brokers: [h], topic: t, tls_config: {}}", ""},
		{"plain", login("mechanism: plain, username: u, password: p"), ""},
		{"file", login("mechanism: scram-sha-512, username: u, password_file: f"), ""},
		{"nothing", "{}", "topic must be configured"},
		{"no brokers", "topic: t", "brokers, each a host with or without a port, must be configured"},
		{"no topic", "brokers: [h]", "topic must be configured"},
		{"empty broker", "{brokers: [h, ''], topic: t}", "brokers, each a host"},
		{"broker with a bad port", "{brokers: ['h:x'], topic: t}", "brokers: "},
		{"topic", "{brokers: [h], topic: 'a b'}", `topic: "a b" is not the name of a topic`},
		{"topic dots", "{brokers: [h], topic: '..'}", `topic: ".." is not the name of a topic`},
		{"long topic", "{brokers: [h], topic: " + strings.Repeat("t", 250) + "}", "is not the name of a topic"},
		{"acks", "{brokers: [h], topic: t, acks: '1'}", `acks: "1" is not one of all, leader, none`},
		{"compression", "{brokers: [h], topic: t, compression: brotli}", `compression: "brotli" is not one of gzip, lz4, none, snappy, zstd`},
		{"small", "{brokers: [h], topic: t, max_bytes: 2047}", "max_bytes: 2047 is not from 2048 to 104857600"},
		{"large", "{brokers: [h], topic: t, max_bytes: 104857601}", "max_bytes: 104857601 is not"},
		{"TLS certificate without key", "{brokers: [h], topic: t, tls_config: {cert_file: f}}", "tls_config: "},
		{"mechanism", login("mechanism: gssapi, username: u, password: s3cr3t"), `sasl: mechanism: "gssapi" is not one of plain, scram-sha-256, scram-sha-512`},
		{"no mechanism", login("username: u, password: s3cr3t"), `sasl: mechanism: "" is not one of`},
		{"no user", login("mechanism: plain, password: s3cr3t"), "sasl: username must be configured"},
		{"no password", login("mechanism: plain, username: u"), "sasl: one of password or password_file must be configured"},
		{"two passwords", login("mechanism: plain, username: u, password: s3cr3t, password_file: f"), "sasl: at most one of password and password_file"},
		{"unknown key", login("mechanism: plain, username: u, password: s3cr3t, token: t"), "token"},
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
				t.Errorf("error %q, want one with %q and without the password", err, test.want)
			}
		})
	}
}

func TestShown(t *testing.T) {
	c, err := decode("{brokers: [h], topic: t, tls_config: {ca_file: ca.pem}, sasl: {mechanism: plain, username: u, password_file: p}}")
	if err != nil {
		t.Fatal(err)
	}
	text, err := yaml.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	want := `send_resolved: true
brokers:
    - h
topic: t
client_id: tocsin
tls_config:
    ca_file: /etc/tocsin/ca.pem
    insecure_skip_verify: false
sasl:
    mechanism: plain
    username: u
    password_file: /etc/tocsin/p
acks: all
compression: none
max_bytes: 1000012
`
	if string(text) != want {
		t.Errorf("shown as\n%swant\n%s", text, want)
	}
}

func TestWordsAreDocumented(t *testing.T) {
	page, err := os.ReadFile("../../docs/receivers/kafka.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, names := range [][]string{names(codecs()), names(acks()), names(SASL{}.mechanisms())} {
		for _, name := range names {
			if !strings.Contains(string(page), "`"+name+"`") {
				t.Errorf("docs/receivers/kafka.md does not have `%s`", name)
			}
		}
	}
}

func names[V any](m map[string]V) []string {
	var list []string
	for name := range m {
		list = append(list, name)
	}
	slices.Sort(list)
	return list
}
