package tencentsms

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
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

// scrub takes out the signature, which depends on the port of the service.
func scrub(text string) string {
	return regexp.MustCompile(`Signature=[0-9a-f]{64}`).ReplaceAllString(text, "Signature=…")
}

func TestReceiver(t *testing.T) {
	receivertest.Run(t, kind(noon), receivertest.Options{
		Config: "{api_url: $URL, secret_id: $SECRET, secret_key: k, sdk_app_id: '1400006666', sign_name: s, " +
			"template_id: '1110', template_params: ['{{ .Status }}'], to: ['+8613711112222']}",
		Required: []string{"secret_id", "secret_key", "sdk_app_id", "template_id", "to"},
		Files:    map[string]string{"secret_id": "secret_id_file"},
		Values:   []string{"template_id", "sign_name"},
		Success:  receivertest.Answer{Body: `{"Response":{"SendStatusSet":[{"PhoneNumber":"+8613711112222","Code":"Ok","Message":"send success"}]}}`},
		Scrub:    scrub,
	})
}

func decode(text string) (notify.Config, error) {
	d, err := yamlx.Parse([]byte(text))
	if err != nil {
		return nil, err
	}
	return kind(noon).Decode(d.Decode, notify.Around{})
}

func TestConfig(t *testing.T) {
	const secret = "s3cr3t"
	const keys = "{secret_id: s3cr3t-id, secret_key: s3cr3t-key, "
	const rest = "sdk_app_id: '1', template_id: '2', to: ['+1']"
	tests := []struct{ name, config, want string }{
		{"smallest", keys + rest + "}", ""},
		{"files", "{secret_id_file: f, secret_key_file: g, " + rest + "}", ""},
		{"shown", "{secret_id: <secret>, secret_key: <secret>, " + rest + "}", ""},
		{"no limit", keys + rest + ", max_param_length: 0}", ""},
		{"no id", "{secret_key: s3cr3t-key, " + rest + "}", "one of secret_id or secret_id_file must be configured"},
		{"two ids", keys + "secret_id_file: f, " + rest + "}", "at most one of secret_id and secret_id_file"},
		{"no key", "{secret_id: s3cr3t-id, " + rest + "}", "one of secret_key or secret_key_file must be configured"},
		{"two keys", keys + "secret_key_file: f, " + rest + "}", "at most one of secret_key and secret_key_file"},
		{"no application", keys + "template_id: '2', to: ['+1']}", "sdk_app_id must be configured"},
		{"no template", keys + "sdk_app_id: '2', to: ['+1']}", "template_id must be configured"},
		{"no number", keys + "sdk_app_id: '1', template_id: '2'}", "to: a phone number must be configured"},
		{"no numbers", keys + "sdk_app_id: '1', template_id: '2', to: []}", "to: a phone number must be configured"},
		{"scheme", keys + rest + ", api_url: 'ftp://h'}", "unsupported scheme, want http or https"},
		{"no region", keys + rest + ", region: ''}", "region must not be empty"},
		{"negative", keys + rest + ", max_param_length: -1}", "max_param_length: -1 is negative"},
		{"authorizes", keys + rest + ", http_config: {basic_auth: {username: u, password: s3cr3t-p}}}", "http_config must not authorize"},
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
	c, err := decode("{secret_id: s3cr3t, secret_key: s3cr3t, sdk_app_id: '1', template_id: '2', to: ['+1']}")
	if err != nil {
		t.Fatal(err)
	}
	shown, err := yaml.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	want := `send_resolved: true
secret_id: <secret>
secret_key: <secret>
api_url: https://sms.tencentcloudapi.com
region: ap-guangzhou
sdk_app_id: "1"
template_id: "2"
max_param_length: 100
to:
    - "+1"
`
	if string(shown) != want {
		t.Errorf("shown as\n%swant\n%s", shown, want)
	}
}

// TestSign signs the request that the documentation of Tencent Cloud signs.
func TestSign(t *testing.T) {
	const body = `{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}`
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://cvm.tencentcloudapi.com/", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	c := credentials{id: "AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE", key: "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE"}
	// In the time zone of China it is the next day.
	now := time.Unix(1551113065, 0).In(time.FixedZone("", 8*60*60))
	if err := c.sign(req, "cvm", now); err != nil {
		t.Fatal(err)
	}
	want := "TC3-HMAC-SHA256 Credential=AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE/2019-02-25/cvm/tc3_request, SignedHeaders=content-type;host, " +
		"Signature=72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168"
	if got := req.Header.Get("Authorization"); got != want {
		t.Errorf("signed as\n%s, want\n%s", got, want)
	}
	if got := req.Header.Get("X-TC-Timestamp"); got != "1551113065" {
		t.Errorf("time %s, want 1551113065", got)
	}
}

// TestSigned checks that what is signed is what arrives, with the key that is
// in the file at that moment.
func TestSigned(t *testing.T) {
	var got []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = append(got, r.Header.Get("Authorization"))
		body, _ := io.ReadAll(r.Body)
		again, err := http.NewRequestWithContext(r.Context(), r.Method, "http://"+r.Host+r.RequestURI, bytes.NewReader(body))
		if err != nil {
			t.Error(err)
			return
		}
		again.Header.Set("Content-Type", r.Header.Get("Content-Type"))
		if err := (credentials{id: "i", key: fmt.Sprintf("key-%d", len(got))}).sign(again, "sms", noon()); err != nil {
			t.Error(err)
		}
		if want := again.Header.Get("Authorization"); got[len(got)-1] != want {
			t.Errorf("request %d is signed as\n%s, want\n%s", len(got), got[len(got)-1], want)
		}
		_, _ = io.WriteString(w, `{"Response":{"Error":{"Code":"AuthFailure.SignatureFailure","Message":"not key-1 nor key-2"}}}`)
	}))
	defer server.Close()
	file := filepath.Join(t.TempDir(), "key")
	c, err := decode("{secret_id: i, secret_key_file: '" + file + "', sdk_app_id: '1', template_id: '2', to: ['+1'], api_url: '" + server.URL + "/sms'}")
	if err != nil {
		t.Fatal(err)
	}
	s, err := c.Open(notify.Deps{})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Send(t.Context(), receivertest.Notification(t, "firing")); err == nil || !strings.Contains(err.Error(), "secret_key_file: read secret: open "+file) {
		t.Errorf("error %v, want one about the file", err)
	}
	for _, key := range []string{"key-1", "key-2"} {
		if err := os.WriteFile(file, []byte(key+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		err := s.Send(t.Context(), receivertest.Notification(t, "firing"))
		if err == nil || strings.Contains(err.Error(), key) || !strings.Contains(err.Error(), "not <secret> nor") && !strings.Contains(err.Error(), "nor <secret>") {
			t.Errorf("error %v, want one that hides %s", err, key)
		}
	}
	if len(got) != 2 || got[0] == got[1] {
		t.Errorf("signatures %q, want two", got)
	}
}

func TestNumbers(t *testing.T) {
	for in, want := range map[string]string{
		"+8613711112222":    "+8613711112222",
		"+86 137-1111 2222": "+8613711112222",
		"13711112222":       "+8613711112222",
		"8613711112222":     "+8613711112222",
		"008613711112222":   "+8613711112222",
		"0049 170 1234567":  "+491701234567",
		"+1 (555) 0100":     "+15550100",
		"+1555010000":       "+1555010000",
		"861371111":         "861371111",
		"nobody":            "nobody",
		"":                  "",
	} {
		if got := e164(in); got != want {
			t.Errorf("%q is read as %q, want %q", in, got, want)
		}
	}
	if got := international([]string{"13711112222", "+1", "+8613711112222"}); !slices.Equal(got, []string{"+8613711112222", "+1"}) {
		t.Errorf("repetitions are not left out: %q", got)
	}
}

func TestBatches(t *testing.T) {
	var numbers []string
	for i := range 250 {
		numbers = append(numbers, fmt.Sprintf("+861370000%04d", i))
	}
	numbers = slices.Concat([]string{"+1"}, numbers, []string{"+2"})
	var sizes []int
	for batch := range batches(numbers) {
		sizes = append(sizes, len(batch))
		if within, abroad := split(batch); len(within) > 0 && len(abroad) > 0 {
			t.Errorf("numbers of China and others in one batch: %q", batch)
		}
	}
	if diff := cmp.Diff([]int{100, 100, 50, 2}, sizes); diff != "" {
		t.Error(diff)
	}
	for batch := range batches(numbers) {
		if len(batch) != 100 {
			t.Error("a loop that ends goes on")
		}
		break
	}
}

func TestJudge(t *testing.T) {
	for code, want := range map[string]notify.Rejection{
		"FailedOperation.TemplateIncorrectOrUnapproved": {Code: 400},
		"LimitExceeded.PhoneNumberDailyLimit":           {Code: 400},
		"LimitExceeded.PhoneNumberThirtySecondLimit":    {Code: 429, RetryAfter: 30 * time.Second},
		"LimitExceeded.PhoneNumberOneHourLimit":         {Code: 429, RetryAfter: time.Hour},
		"LimitExceeded.DeliveryFrequencyLimit":          {Code: 429},
		"LimitExceeded.GlobalSmsSendingRateLimit":       {Code: 429},
		"RequestLimitExceeded":                          {Code: 429},
		"RequestLimitExceeded.IPLimitExceeded":          {Code: 429},
		"InternalError":                                 {Code: 503},
		"InternalError.Timeout":                         {Code: 503},
		"InternalError.SigVerificationFail":             {Code: 403},
		"InternalError.RestApiInterfaceNotExist":        {Code: 400},
		"AuthFailure.SecretIdNotFound":                  {Code: 403},
		"UnauthorizedOperation.RequestIpNotInWhitelist": {Code: 403},
		"InternalErrorOfAnotherSort":                    {Code: 400},
	} {
		if diff := cmp.Diff(want, judge(code)); diff != "" {
			t.Errorf("%s: %s", code, diff)
		}
	}
}

func FuzzAnswer(f *testing.F) {
	f.Add(`{"Response":{"SendStatusSet":[{"PhoneNumber":"+1","Code":"Ok"},{"Code":""}]}}`)
	f.Add(`{"Response":{"Error":{"Code":"InternalError","Message":"x"}}}`)
	f.Add(`{"Response":{"SendStatusSet":[null,{}]}}`)
	f.Fuzz(func(t *testing.T, text string) {
		var a answer
		if json.Unmarshal([]byte(text), &a) != nil {
			return
		}
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://h", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		for i, number := range []string{"+1", "+2"} {
			if err := a.about(i, number, 2).failure(req); err == nil && !strings.Contains(text, "Ok") && !strings.Contains(text, `\u`) {
				t.Errorf("%q is taken for a success", text)
			}
		}
	})
}
