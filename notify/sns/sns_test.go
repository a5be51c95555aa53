package sns

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/cenkalti/backoff/v4"
	"github.com/go-kit/log"

	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/notify/receivertest"
	"github.com/tocsin-alerting/tocsin/template"
)

const published = `<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>`

// alone hides what the machine of the test knows about AWS.
func alone(t *testing.T) {
	for _, name := range []string{
		"AWS_CA_BUNDLE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_ENDPOINT_URL",
		"AWS_ENDPOINT_URL_SNS", "AWS_ENDPOINT_URL_STS", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN",
	} {
		t.Setenv(name, "")
	}
	nowhere := t.TempDir() + "/none"
	t.Setenv("AWS_CONFIG_FILE", nowhere)
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", nowhere)
}

func TestReceiver(t *testing.T) {
	alone(t)
	receivertest.Run(t, Kind(), receivertest.Options{
		Config: `
api_url: $URL
topic_arn: arn:aws:sns:eu-west-1:123456789012:alerts
sigv4: {region: eu-west-1, access_key: AKID, secret_key: secret}
`,
		Texts:   []string{"subject", "message"},
		Values:  []string{"api_url", "topic_arn"},
		Success: receivertest.Answer{Header: map[string]string{"Content-Type": "text/xml"}, Body: published},
		Scrub:   scrub,
	})
}

// scrub takes out of a request what depends on time and chance.
func scrub(text string) string {
	for _, r := range []struct{ pattern, by string }{
		{`(?m)^(Amz-Sdk-Invocation-Id|X-Amz-Date|Amz-Sdk-Request|User-Agent): .*\n`, ""},
		{`Credential=([^/]*)/\d{8}/`, "Credential=$1/DATE/"},
		{`Signature=[0-9a-f]{64}`, "Signature=…"},
	} {
		text = regexp.MustCompile(r.pattern).ReplaceAllString(text, r.by)
	}
	return text
}

func TestCut(t *testing.T) {
	tests := []struct {
		name        string
		phone       bool
		text        string
		bytes       int
		runes       int
		wasTooLong  bool
		isTruncated string
	}{
		{"longest", false, strings.Repeat("x", 262144), 262144, 262144, false, ""},
		{"too long", false, strings.Repeat("x", 262145), 262144, 262144, true, "true"},
		{"within a character", false, strings.Repeat("語", 87382), 262143, 87381, true, "true"},
		{"longest SMS", true, strings.Repeat("語", 1600), 4800, 1600, false, ""},
		{"SMS too long", true, strings.Repeat("語", 1601), 3*(1600-81) + 81, 1600, true, "true"},
		{"not UTF-8", false, "a\xff", 4, 2, false, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var logged bytes.Buffer
			c := Config{TopicARN: "t", Message: template.Text(test.text)}
			if test.phone {
				c.TopicARN, c.PhoneNumber = "", "+1"
			}
			s := &sender{c: c, deps: notify.Deps{Logger: log.NewLogfmtLogger(&logged)}}
			_, in, err := s.message(receivertest.Notification(t, "firing"))
			if err != nil {
				t.Fatal(err)
			}
			got := aws.ToString(in.Message)
			if len(got) != test.bytes || len([]rune(got)) != test.runes {
				t.Errorf("%d bytes, %d characters; want %d, %d", len(got), len([]rune(got)), test.bytes, test.runes)
			}
			if got := aws.ToString(in.MessageAttributes["truncated"].StringValue); got != test.isTruncated {
				t.Errorf("attribute truncated %q, want %q", got, test.isTruncated)
			}
			if got := logged.Len() > 0; got != test.wasTooLong {
				t.Errorf("logged %q", logged.String())
			}
		})
	}
}

// send opens an entry and sends a notification with it.
func send(ctx context.Context, t *testing.T, entry string) error {
	t.Helper()
	c, err := decode(entry)
	if err != nil {
		t.Fatal(err)
	}
	s, err := c.Open(notify.Deps{UserAgent: "tocsin/test"})
	if err != nil {
		t.Fatal(err)
	}
	return s.Send(ctx, receivertest.Notification(t, "firing"))
}

// answer starts a service that always says the same, and returns what it was
// asked.
func answer(t *testing.T, status int, body string) (address string, asked func() []*http.Request) {
	var requests []*http.Request
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		requests = append(requests, r)
		w.Header().Set("Content-Type", "text/xml")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(server.Close)
	return server.URL, func() []*http.Request { server.Close(); return requests }
}

func TestRole(t *testing.T) {
	alone(t)
	until := time.Now().Add(time.Hour).UTC().Format(time.RFC3339)
	stsURL, stsAsked := answer(t, http.StatusOK, fmt.Sprintf(`<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>
<Credentials><AccessKeyId>ROLEKEY</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>session</SessionToken><Expiration>%s</Expiration></Credentials>
</AssumeRoleResult></AssumeRoleResponse>`, until))
	snsURL, snsAsked := answer(t, http.StatusOK, published)
	t.Setenv("AWS_ENDPOINT_URL_STS", stsURL)
	err := send(t.Context(), t, "{api_url: '"+snsURL+"', topic_arn: t, sigv4: {region: eu-west-1, access_key: AKID, secret_key: s, role_arn: 'arn:r', external_id: x}}")
	if err != nil {
		t.Fatal(err)
	}
	asked, published := stsAsked(), snsAsked()
	if len(asked) != 1 || len(published) != 1 {
		t.Fatalf("%d requests to STS, %d to SNS; want one each", len(asked), len(published))
	}
	want := url.Values{"Action": {"AssumeRole"}, "RoleArn": {"arn:r"}, "ExternalId": {"x"}}
	for key, value := range want {
		if got := asked[0].Form[key]; len(got) != 1 || got[0] != value[0] {
			t.Errorf("STS was asked with %s %q, want %q", key, got, value)
		}
	}
	if got := published[0].Header; got.Get("X-Amz-Security-Token") != "session" || !strings.Contains(got.Get("Authorization"), "Credential=ROLEKEY/") {
		t.Errorf("SNS was asked with %v", got)
	}
}

func TestRoleRefused(t *testing.T) {
	alone(t)
	stsURL, _ := answer(t, http.StatusForbidden, `<ErrorResponse><Error><Code>AccessDenied</Code><Message>not you</Message></Error></ErrorResponse>`)
	t.Setenv("AWS_ENDPOINT_URL_STS", stsURL)
	err := send(t.Context(), t, "{topic_arn: t, sigv4: {region: eu-west-1, access_key: AKID, secret_key: s3cr3t-key, role_arn: 'arn:r'}}")
	if want := "unexpected status code 403: AccessDenied: not you"; err == nil || err.Error() != want {
		t.Errorf("%v, want %q", err, want)
	}
}

func TestRegion(t *testing.T) {
	alone(t)
	address, asked := answer(t, http.StatusOK, published)
	const entry = "{topic_arn: t, sigv4: {access_key: AKID, secret_key: s}, api_url: '"
	c, err := decode(entry + address + "'}")
	if err != nil {
		t.Fatal(err)
	}
	s, err := c.Open(notify.Deps{})
	if err != nil {
		t.Fatal(err)
	}
	err = s.Send(t.Context(), receivertest.Notification(t, "firing"))
	if err == nil || !strings.Contains(err.Error(), "sigv4: region must be configured") {
		t.Errorf("%v, want an error about the region", err)
	}
	if _, permanent := errors.AsType[*backoff.PermanentError](err); permanent {
		t.Error("a region that may still come is not waited for")
	}
	t.Setenv("AWS_REGION", "us-east-2")
	if err := s.Send(t.Context(), receivertest.Notification(t, "firing")); err != nil {
		t.Fatal(err)
	}
	if got := asked()[0].Header.Get("Authorization"); !strings.Contains(got, "/us-east-2/sns/") {
		t.Errorf("signed as %q, want the region of the environment", got)
	}
}

// TestAWSClient checks that its own client speaks for the SDK where it must.
func TestAWSClient(t *testing.T) {
	const entry = "{topic_arn: t, sigv4: {region: r, access_key: AKID, secret_key: s}, http_config: {http_headers: {X-Test: {values: [v]}}}"
	tests := []struct{ name, entry, bundle, header string }{
		{"usual", entry, "", "v"},
		{"configured", entry + ", use_aws_http_client: true", "", ""},
		{"environment", entry, "bundle", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			alone(t)
			server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if got := r.Header.Get("X-Test"); got != test.header {
					t.Errorf("header %q, want %q", got, test.header)
				}
				_, _ = io.WriteString(w, published)
			}))
			defer server.Close()
			tls := ", tls_config: {insecure_skip_verify: true}}"
			if test.bundle != "" {
				t.Setenv("AWS_CA_BUNDLE", bundle(t, server))
				tls = "}"
			}
			text := strings.Replace(test.entry, "[v]}}}", "[v]}}"+tls, 1) + ", api_url: '" + server.URL + "'}"
			if err := send(t.Context(), t, text); err != nil {
				t.Error(err)
			}
		})
	}
}
