package sns

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go/logging"
	commoncfg "github.com/prometheus/common/config"

	"github.com/tocsin-alerting/tocsin/notify"
)

// httpClient is what sends the requests.
func httpClient(c Config, d notify.Deps) (aws.HTTPClient, error) {
	// The SDK adds the certificates that this variable names to its own client
	// only.
	if c.UseAWSHTTPClient || os.Getenv("AWS_CA_BUNDLE") != "" {
		return awsClient(c, d)
	}
	client, err := notify.NewClient(d, name, c.HTTPCommon)
	if err != nil {
		return nil, err
	}
	return client.HTTPClient(), nil
}

// awsClient is the client of the SDK with the TLS and proxy settings of
// http_config.
func awsClient(c Config, d notify.Deps) (aws.HTTPClient, error) {
	settings := commoncfg.DefaultHTTPClientConfig
	if c.HTTPConfig != nil {
		settings = *c.HTTPConfig
	}
	tls, err := commoncfg.NewTLSConfig(&settings.TLSConfig)
	if err != nil {
		return nil, fmt.Errorf("http_config: %w", err)
	}
	return awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) {
		t.TLSClientConfig = tls
		t.Proxy = settings.Proxy()
		t.ProxyConnectHeader = settings.GetProxyConnectHeader()
		if d.Dial != nil {
			t.DialContext = d.Dial
		}
	}), nil
}

// connect finds out who signs requests and makes a client of the service. It
// reads the environment and files, and asks no service.
func connect(ctx context.Context, c SigV4, client aws.HTTPClient) (*sns.Client, error) {
	found, err := config.LoadDefaultConfig(ctx, options(c, client)...)
	if err != nil {
		return nil, fmt.Errorf("load configuration of AWS: %w", err)
	}
	if found.Region == "" {
		return nil, errors.New("sigv4: region must be configured here, in the environment or in the shared configuration of AWS")
	}
	found.HTTPClient = bounded{found.HTTPClient}
	if c.RoleARN != "" {
		found.Credentials = aws.NewCredentialsCache(assume(c, found))
	}
	return sns.NewFromConfig(found), nil
}

func options(c SigV4, client aws.HTTPClient) []func(*config.LoadOptions) error {
	list := []func(*config.LoadOptions) error{
		config.WithHTTPClient(client),
		config.WithLogger(logging.Nop{}), // what matters is in errors
		// The pipeline tries again, with newer alerts.
		config.WithRetryer(func() aws.Retryer { return aws.NopRetryer{} }),
	}
	if c.Region != "" {
		list = append(list, config.WithRegion(c.Region))
	}
	if c.Profile != "" {
		list = append(list, config.WithSharedConfigProfile(c.Profile))
	}
	if c.AccessKey != "" {
		list = append(list, config.WithCredentialsProvider(keys(c)))
	}
	return list
}

// keys are those of the configuration. Those from a file are never fresh, so that
// it is read at every attempt.
func keys(c SigV4) aws.CredentialsProvider {
	if c.SecretKeyFile == "" {
		return credentials.NewStaticCredentialsProvider(c.AccessKey, string(c.SecretKey), "")
	}
	return aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		secret, err := notify.FromFile("", c.SecretKeyFile)
		if err != nil {
			return aws.Credentials{}, fmt.Errorf("sigv4: secret_key_file: %w", err)
		}
		return aws.Credentials{AccessKeyID: c.AccessKey, SecretAccessKey: secret, CanExpire: true}, nil
	})
}

// assume gets keys for a role from STS.
func assume(c SigV4, found aws.Config) aws.CredentialsProvider {
	return stscreds.NewAssumeRoleProvider(sts.NewFromConfig(found), c.RoleARN, func(o *stscreds.AssumeRoleOptions) {
		if c.ExternalID != "" {
			o.ExternalID = aws.String(c.ExternalID)
		}
	})
}

// maxAnswer bounds what is read of an answer; the SDK reads all there is.
const maxAnswer = 64 << 10

// bounded is a client whose answers end early if they do not end on their own.
type bounded struct{ aws.HTTPClient }

// Do sends a request. It sends a copy of the body: the SDK closes its own as
// soon as there is an answer, and if package http has not seen its end by then,
// it gives up the connection.
func (b bounded) Do(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		text, err := io.ReadAll(req.Body)
		if err != nil {
			return nil, fmt.Errorf("read request: %w", err)
		}
		req = req.WithContext(req.Context())
		req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(text)), nil }
		req.Body, _ = req.GetBody()
	}
	resp, err := b.HTTPClient.Do(req)
	if resp != nil && resp.Body != nil {
		resp.Body = limited{io.LimitReader(resp.Body, maxAnswer), resp.Body}
	}
	return resp, err
}

type limited struct {
	io.Reader
	io.Closer
}
