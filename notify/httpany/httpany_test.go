package httpany

import (
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/tocsin-alerting/tocsin/internal/yamlx"
	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/notify/receivertest"
)

func TestReceiver(t *testing.T) {
	receivertest.Run(t, Kind(), receivertest.Options{
		Config:   "url: $URL/$SECRET",
		Required: []string{"url"},
		Files:    map[string]string{"url": "url_file"},
		Texts:    []string{"text"},
		Values:   []string{"url"},
	})
}

func TestReceiverWithText(t *testing.T) {
	receivertest.Run(t, Kind(), receivertest.Options{
		Config:  "{url: $URL/$SECRET, text: '{{ .Status }}', max_bytes: 500, retry: [409, 422], success: {status: [200, 202], json: {field: ok}}}",
		Texts:   []string{"text"},
		Cut:     []string{"text"},
		Success: receivertest.Answer{Status: 202, Body: `{"ok":1}`},
		Retried: []int{409, 422},
	})
}

func decodeConfig(text string) (notify.Config, error) {
	d, err := yamlx.Parse([]byte(text))
	if err != nil {
		return nil, err
	}
	return Kind().Decode(d.Decode, notify.Around{})
}

func TestConfig(t *testing.T) {
	const secret = "s3cr3t-value"
	tests := []struct{ name, config, want string }{
		{"smallest", "url: http://h", ""},
		{"template", "url: '{{ .CommonLabels.hook | toUpper }}'", ""},
		{"file", "url_file: f", ""},
		{"shown", "{url: <secret>, headers: {a: <secret>}, signature: {secret: <secret>}}", ""},
		{"update of everything", "{url: 'http://h', update: {url_file: f, json: {}, method: PATCH, gone: [404]}}", ""},
		{"no URL", "{}", "one of url or url_file must be configured"},
		{"two URLs", "{url: 'http://h/s3cr3t-value', url_file: f}", "at most one of url and url_file"},
		{"scheme", "url: ftp://h/s3cr3t-value", "url: unsupported scheme, want http or https"},
		{"method", "{url: 'http://h', method: post}", `method: "post" is not one of GET, HEAD, POST, PUT, PATCH, DELETE`},
		{"two bodies", "{url: 'http://h', json: {}, text: a}", "json: at most one of it and text"},
		{"type", `{url: 'http://h', content_type: "a\nb"}`, "content_type: has characters that a header cannot have"},
		{"header", "{url: 'http://h', headers: {'a b': s3cr3t-value}}", `headers: "a b" is no name of a header`},
		{"type as header", "{url: 'http://h', headers: {content-type: s3cr3t-value}}", "headers: content-type belongs into content_type"},
		{"header of ours", "{url: 'http://h', headers: {Content-Length: s3cr3t-value}}", "headers: Content-Length is set by tocsin itself; remove it"},
		{"header twice", "{url: 'http://h', headers: {a: s3cr3t-value, A: b}}", "headers: A is there twice"},
		{"signature without secret", "{url: 'http://h', signature: {}}", "one of signature.secret or signature.secret_file must be configured"},
		{"two secrets", "{url: 'http://h', signature: {secret: s3cr3t-value, secret_file: f}}", "at most one of signature.secret and signature.secret_file"},
		{"header of signature", "{url: 'http://h', signature: {secret: a, header: ''}}", `signature.header: "" is no name of a header`},
		{"header of time", "{url: 'http://h', signature: {secret: a, timestamp_header: 'a b'}}", `signature.timestamp_header: "a b" is no name`},
		{"same header", "{url: 'http://h', signature: {secret: a, timestamp_header: x-signature-256}}", "signature.timestamp_header: must be another one"},
		{"key of signature", "{url: 'http://h', signature: {secret: a, algorithm: md5}}", "algorithm"},
		{"status", "{url: 'http://h', success: {status: [20x]}}", `success.status: "20x" is neither a status such as 201 nor a class such as 2xx`},
		{"retry", "{url: 'http://h', retry: [600]}", `retry: "600" is neither`},
		{"field", "{url: 'http://h', success: {json: {equals: 1}}}", "success.json.field must be configured"},
		{"path of field", "{url: 'http://h', success: {json: {field: a..b}}}", `success.json.field: "a..b" is no path`},
		{"name", "{url: 'http://h', keep: {a-b: c}}", `keep: "a-b" is no name for templates; use letters, digits and _`},
		{"path", "{url: 'http://h', keep: {a: ''}}", `keep.a: "" is no path; want names and numbers joined by dots`},
		{"URLs of update", "{url: 'http://h', update: {url: 'http://h/s3cr3t-value', url_file: f}}", "at most one of update.url and update.url_file"},
		{"URL of update", "{url: 'http://h', update: {url: h/s3cr3t-value}}", "update.url: unsupported scheme"},
		{"method of update", "{url: 'http://h', update: {method: X}}", `update.method: "X" is not one of`},
		{"gone", "{url: 'http://h', update: {gone: [4x]}}", `update.gone: "4x" is neither`},
		{"negative size", "{url: 'http://h', max_bytes: -1}", "max_bytes"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := decodeConfig(test.config)
			switch {
			case test.want == "" && err != nil:
				t.Errorf("rejected: %v", err)
			case test.want != "" && err == nil:
				t.Errorf("accepted, want %q", test.want)
			case err != nil && (!strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), secret)):
				t.Errorf("error %q, want one with %q and without secrets", err, test.want)
			}
		})
	}
}

func TestShown(t *testing.T) {
	c, err := decodeConfig(`{url: 'http://h/s3cr3t', query: {a: s3cr3t}, headers: {b: s3cr3t}, signature: {secret: s3cr3t},
		success: {status: [200, 3xx]}, keep: {id: data.id}, update: {url: 'http://h/s3cr3t', headers: {c: s3cr3t}}}`)
	if err != nil {
		t.Fatal(err)
	}
	shown, err := yaml.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	want := `send_resolved: true
url: <secret>
query:
    a: <secret>
headers:
    b: <secret>
signature:
    secret: <secret>
    header: X-Signature-256
    prefix: sha256=
success:
    status:
        - "200"
        - 3xx
keep:
    id: data.id
update:
    url: <secret>
    headers:
        c: <secret>
`
	if string(shown) != want {
		t.Errorf("shown as\n%swant\n%s", shown, want)
	}
	if _, err := decodeConfig(string(shown)); err != nil {
		t.Errorf("what is shown cannot be read: %v", err)
	}
}

func TestTemplates(t *testing.T) {
	c, err := decodeConfig(`{url: '{{ .A }}', query: {a: '{{ .B }}', b: plain}, headers: {c: '{{ .C }}'}, text: '{{ .D }}',
		update: {url: '{{ .E }}', json: {e: ['{{ .F }}']}}}`)
	if err != nil {
		t.Fatal(err)
	}
	got := make(map[string]string)
	for path, text := range c.Texts() {
		got[path] = string(text)
	}
	for path, want := range map[string]string{
		"url": "{{ .A }}", "query.a": "{{ .B }}", "headers.c": "{{ .C }}", "text": "{{ .D }}",
		"update.url": "{{ .E }}", "update.json.e[0]": "{{ .F }}",
	} {
		if got[path] != want {
			t.Errorf("%s is %q, want %q", path, got[path], want)
		}
	}
	if _, there := got["query.b"]; there {
		t.Error("a plain value counts as template")
	}
}

func TestPath(t *testing.T) {
	value, err := decode([]byte(`{"a":{"b":[{"c":12345678901234567890},"x",null]},"0":true}`))
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[Path]string{
		"a.b.0.c": "12345678901234567890",
		"a.b.1":   "x",
		"a.b.2":   "null",
		"a.b.3":   "null",
		"a.b.-1":  "null",
		"a.b.x":   "null",
		"a.b.1.c": "null",
		"b":       "null",
		"0":       "true",
		"a.b.0":   `{"c":12345678901234567890}`,
	} {
		if got := text(path.in(value)); got != want {
			t.Errorf("%s is %s, want %s", path, got, want)
		}
	}
}

func FuzzPath(f *testing.F) {
	f.Add(`{"a":[1,{"b":null}]}`, "a.1.b")
	f.Add(`[]`, "0")
	f.Fuzz(func(_ *testing.T, body, path string) {
		value, err := decode([]byte(body))
		if err != nil {
			return
		}
		_ = text(Path(path).in(value)) // does not panic
	})
}
