package aliyunsms

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gopkg.in/yaml.v3"

	"github.com/tocsin-alerting/tocsin/internal/yamlx"
	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/notify/receivertest"
)

func noon() time.Time { return time.Date(2026, time.March, 14, 12, 0, 0, 0, time.UTC) }

func always() string { return "NONCE" }

// scrub takes out the signature, which depends on the port of the service.
func scrub(text string) string {
	return regexp.MustCompile(`Signature=[0-9a-f]{64}`).ReplaceAllString(text, "Signature=…")
}

func TestReceiver(t *testing.T) {
	receivertest.Run(t, kind(noon, always), receivertest.Options{
		Config: "{api_url: $URL, access_key_id: $SECRET, access_key_secret: k, sign_name: s, " +
			"template_code: SMS_1, template_params: {status: '{{ .Status }}'}, to: ['13711112222']}",
		Required: []string{"access_key_id", "access_key_secret", "sign_name", "template_code", "to"},
		Files:    map[string]string{"access_key_id": "access_key_id_file"},
		Values:   []string{"sign_name", "template_code"},
		Success:  receivertest.Answer{Body: `{"RequestId":"1","Message":"OK","BizId":"2","Code":"OK"}`},
		Scrub:    scrub,
	})
}

func decode(text string) (notify.Config, error) {
	d, err := yamlx.Parse([]byte(text))
	if err != nil {
		return nil, err
	}
	return kind(noon, always).Decode(d.Decode, notify.Around{})
}

func TestConfig(t *testing.T) {
	const secret = "s3cr3t"
	const keys = "{access_key_id: s3cr3t-id, access_key_secret: s3cr3t-key, "
	const rest = "sign_name: s, template_code: c, to: ['+1']"
	tests := []struct{ name, config, want string }{
		{"smallest", keys + rest + "}", ""},
		{"files", "{access_key_id_file: f, access_key_secret_file: g, " + rest + "}", ""},
		{"shown", "{access_key_id: <secret>, access_key_secret: <secret>, " + rest + "}", ""},
		{"no limit", keys + rest + ", max_param_length: 0}", ""},
		{"no id", "{access_key_secret: s3cr3t-key, " + rest + "}", "one of access_key_id or access_key_id_file must be configured"},
		{"two ids", keys + "access_key_id_file: f, " + rest + "}", "at most one of access_key_id and access_key_id_file"},
		{"no secret", "{access_key_id: s3cr3t-id, " + rest + "}", "one of access_key_secret or access_key_secret_file must be configured"},
		{"two secrets", keys + "access_key_secret_file: f, " + rest + "}", "at most one of access_key_secret and access_key_secret_file"},
		{"no signature", keys + "template_code: c, to: ['+1']}", "sign_name must be configured"},
		{"no template", keys + "sign_name: s, to: ['+1']}", "template_code must be configured"},
		{"no number", keys + "sign_name: s, template_code: c}", "to: a phone number must be configured"},
		{"scheme", keys + rest + ", api_url: 'ftp://h'}", "unsupported scheme, want http or https"},
		{"negative", keys + rest + ", max_param_length: -1}", "max_param_length: -1 is negative"},
		{"authorizes", keys + rest + ", http_config: {authorization: {credentials: s3cr3t-p}}}", "http_config must not authorize"},
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
				t.Errorf("error %q, want one with %q and without secrets", err, test.want)
			}
		})
	}
}

func TestShown(t *testing.T) {
	c, err := decode("{access_key_id: s3cr3t, access_key_secret: s3cr3t, sign_name: s, template_code: c, template_params: {a: b}, to: ['+1']}")
	if err != nil {
		t.Fatal(err)
	}
	shown, err := yaml.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	want := `send_resolved: true
access_key_id: <secret>
access_key_secret: <secret>
api_url: https://dysmsapi.aliyuncs.com
sign_name: s
template_code: c
template_params:
    a: b
max_param_length: 35
to:
    - "+1"
`
	if string(shown) != want {
		t.Errorf("shown as\n%swant\n%s", shown, want)
	}
}

// TestSign signs the request that the documentation of Alibaba Cloud signs.
func TestSign(t *testing.T) {
	const target = "https://ecs.cn-shanghai.aliyuncs.com/?ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd&RegionId=cn-shanghai"
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, target, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	credentials{id: "YourAccessKeyId", secret: "YourAccessKeySecret"}.sign(req, call{
		Action:  "RunInstances",
		Version: "2014-05-26",
		Nonce:   "3156853299f313e23d1673dc12e1703d",
		At:      time.Date(2023, time.October, 26, 18, 22, 32, 0, time.FixedZone("", 8*60*60)),
	})
	want := http.Header{
		"Authorization": {"ACS3-HMAC-SHA256 Credential=YourAccessKeyId," +
			"SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version," +
			"Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"},
		"X-Acs-Action":          {"RunInstances"},
		"X-Acs-Content-Sha256":  {"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
		"X-Acs-Date":            {"2023-10-26T10:22:32Z"},
		"X-Acs-Signature-Nonce": {"3156853299f313e23d1673dc12e1703d"},
		"X-Acs-Version":         {"2014-05-26"},
	}
	if diff := cmp.Diff(want, req.Header); diff != "" {
		t.Error(diff)
	}
}

// TestSigned checks that what is signed is what arrives, with the secret that is
// in the file at that moment and another nonce each time.
func TestSigned(t *testing.T) {
	nonces := make(map[string]bool)
	requests := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests++
		again, err := http.NewRequestWithContext(r.Context(), r.Method, "http://"+r.Host+r.RequestURI, http.NoBody)
		if err != nil {
			t.Error(err)
			return
		}
		nonce := r.Header.Get("X-Acs-Signature-Nonce")
		nonces[nonce] = true
		at, err := time.Parse(time.RFC3339, r.Header.Get("X-Acs-Date"))
		if err != nil || time.Since(at) > time.Minute {
			t.Errorf("time %s, error %v", at, err)
		}
		credentials{id: "i", secret: "key-" + strconv.Itoa(requests)}.sign(again, call{Action: "SendSms", Version: "2017-05-25", Nonce: nonce, At: at})
		if got, want := r.Header.Get("Authorization"), again.Header.Get("Authorization"); got != want {
			t.Errorf("request %d is signed as\n%s, want\n%s", requests, got, want)
		}
		if got, want := r.URL.Query().Get("TemplateParam"), `{"p":"a b+c*d~e/é"}`; got != want || strings.Contains(r.URL.RawQuery, "+") {
			t.Errorf("parameters %s, want %s; the query is %s", got, want, r.URL.RawQuery)
		}
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, `{"Message":"not key-1 nor key-2","Code":"SignatureDoesNotMatch"}`)
	}))
	defer server.Close()
	file := filepath.Join(t.TempDir(), "key")
	d, err := yamlx.Parse([]byte("{access_key_id: i, access_key_secret_file: '" + file + "', sign_name: s, template_code: c, to: ['+1'], " +
		"template_params: {p: 'a b+c*d~e/é'}, api_url: '" + server.URL + "'}"))
	if err != nil {
		t.Fatal(err)
	}
	c, err := Kind().Decode(d.Decode, notify.Around{})
	if err != nil {
		t.Fatal(err)
	}
	s, err := c.Open(notify.Deps{})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Send(t.Context(), receivertest.Notification(t, "firing")); err == nil || !strings.Contains(err.Error(), "access_key_secret_file: read secret: open "+file) {
		t.Errorf("error %v, want one about the file", err)
	}
	for _, key := range []string{"key-1", "key-2"} {
		if err := os.WriteFile(file, []byte(key+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		err := s.Send(t.Context(), receivertest.Notification(t, "firing"))
		if err == nil || strings.Contains(err.Error(), key) || !strings.Contains(err.Error(), "<secret>") {
			t.Errorf("error %v, want one that hides %s", err, key)
		}
	}
	if requests != 2 || len(nonces) != 2 {
		t.Errorf("%d requests with %d nonces, want 2 each", requests, len(nonces))
	}
}

func TestJudge(t *testing.T) {
	tests := []struct {
		code, message string
		status        int
		want          int
		wait          time.Duration
	}{
		{code: "isv.MOBILE_NUMBER_ILLEGAL", status: 400, want: 400},
		{code: "isv.DAY_LIMIT_CONTROL", status: 400, want: 400},
		{code: "isv.BUSINESS_LIMIT_CONTROL", message: "触发分钟级流控Permits:1", status: 400, want: 429, wait: time.Minute},
		{code: "isv.BUSINESS_LIMIT_CONTROL", message: "触发小时级流控Permits:5", status: 400, want: 429, wait: time.Hour},
		{code: "isv.BUSINESS_LIMIT_CONTROL", message: "触发天级流控Permits:10", status: 400, want: 400},
		{code: "isv.BUSINESS_LIMIT_CONTROL", message: "?", status: 400, want: 429, wait: time.Minute},
		{code: "Throttling", status: 400, want: 429},
		{code: "Throttling.User", status: 400, want: 429},
		{code: "isp.RAM_PERMISSION_DENY", status: 400, want: 403},
		{code: "isp.SYSTEM_ERROR", status: 400, want: 503},
		{code: "ServiceUnavailable", status: 503, want: 503},
		{code: "InternalError", status: 400, want: 503},
		{code: "SignatureDoesNotMatch", status: 400, want: 403},
		{code: "InvalidAccessKeyId.NotFound", status: 404, want: 403},
		{code: "Forbidden.RAM", status: 403, want: 403},
		{code: "InvalidAction.NotFound", status: 404, want: 404},
		{code: "Unknown", status: 500, want: 500},
	}
	for _, test := range tests {
		want := notify.Rejection{Code: test.want, Text: test.code + ": " + test.message, RetryAfter: test.wait}
		if diff := cmp.Diff(want, judge(test.code, test.message, test.status)); diff != "" {
			t.Errorf("%s %s: %s", test.code, test.message, diff)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(`{"RequestId":"1","Message":"OK","Code":"OK"}`)
	f.Add(`{"Code":"isv.X","Message":`)
	f.Add(`{"Code":1}`)
	f.Fuzz(func(t *testing.T, text string) {
		code, _ := read([]byte(text))
		if code == "OK" && !strings.Contains(text, `OK`) && !strings.Contains(text, `\u`) {
			t.Errorf("%q is taken for a success", text)
		}
	})
}
