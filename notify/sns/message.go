package sns

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sns/types"
	"github.com/go-kit/log/level"

	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/template"
)

// What SNS takes at most.
const (
	maxSubject = 99      // characters
	maxSMS     = 1600    // characters
	maxMessage = 1 << 18 // bytes
)

// message renders what is to be published and where. It fails on what cannot be
// sent in any form.
func (s *sender) message(n *notify.Notification) (endpoint string, in *sns.PublishInput, err error) {
	in = &sns.PublishInput{}
	for _, target := range []struct {
		key  string
		text template.Text
		to   **string
	}{
		{"topic_arn", s.c.TopicARN, &in.TopicArn},
		{"phone_number", s.c.PhoneNumber, &in.PhoneNumber},
		{"target_arn", s.c.TargetARN, &in.TargetArn},
	} {
		if target.text == "" {
			continue
		}
		value := n.Value(target.text)
		if value == "" && err == nil {
			err = fmt.Errorf("%s: empty after rendering", target.key)
		}
		*target.to = aws.String(value)
	}
	if strings.HasSuffix(aws.ToString(in.TopicArn), ".fifo") {
		in.MessageGroupId, in.MessageDeduplicationId = aws.String(n.Hash()), aws.String(n.ContentHash())
	}
	if subject := s.subject(n); subject != "" {
		in.Subject = aws.String(subject)
	}
	in.MessageAttributes = s.attributes(n)
	s.setText(n, in)
	endpoint, broken := s.endpoint(n)
	if failed := n.Err(); failed != nil {
		return "", nil, failed
	}
	return endpoint, in, errors.Join(err, broken)
}

// endpoint is empty if the one of the region is meant.
func (s *sender) endpoint(n *notify.Notification) (string, error) {
	endpoint := n.Value(s.c.APIURL)
	if endpoint == "" {
		return "", nil
	}
	if _, err := notify.ParseURL(endpoint); err != nil {
		return "", fmt.Errorf("api_url: %w", err)
	}
	return endpoint, nil
}

// subject is one short line: SNS refuses others.
func (s *sender) subject(n *notify.Notification) string {
	if s.c.Subject == "" {
		return ""
	}
	text := utf8Only(n.Text(s.c.Subject))
	if strings.ContainsFunc(text, unprintable) {
		text = strings.TrimSpace(strings.Map(func(r rune) rune {
			if unprintable(r) {
				return ' '
			}
			return r
		}, text))
	}
	return s.deps.CutRunes(name, n, "subject", text, maxSubject)
}

func unprintable(r rune) bool {
	return unicode.IsControl(r) || unicode.In(r, unicode.Zl, unicode.Zp)
}

func utf8Only(text string) string { return strings.ToValidUTF8(text, "\ufffd") }

// attributes are without those that are empty: SNS refuses them.
func (s *sender) attributes(n *notify.Notification) map[string]types.MessageAttributeValue {
	attributes := make(map[string]types.MessageAttributeValue)
	for _, key := range slices.Sorted(maps.Keys(s.c.Attributes)) {
		name, value := n.Value(template.Text(key)), n.Value(s.c.Attributes[key])
		if name != "" && value != "" {
			attributes[name] = attribute(value)
		}
	}
	return attributes
}

func attribute(value string) types.MessageAttributeValue {
	return types.MessageAttributeValue{DataType: aws.String("String"), StringValue: aws.String(utf8Only(value))}
}

// setText puts in the message. If it had to be cut, an attribute says so.
func (s *sender) setText(n *notify.Notification, in *sns.PublishInput) {
	text := utf8Only(n.Text(s.c.Message))
	short := cutBytes(text, maxMessage)
	if in.PhoneNumber != nil {
		short = cutRunes(text, maxSMS, n.Ending())
	}
	if short != text {
		in.MessageAttributes["truncated"] = attribute("true")
		_ = level.Warn(s.deps.LoggerFor(name, n)).Log("msg", "Cut a text that is too long", "key", "message", "bytes", len(short))
	}
	in.Message = aws.String(short)
}

// cutBytes leaves no mark where it cuts: programs may read it.
func cutBytes(text string, most int) string {
	if len(text) <= most {
		return text
	}
	for most > 0 && !utf8.RuneStart(text[most]) {
		most--
	}
	return text[:most]
}

// cutRunes ends what it cuts with end. An ellipsis would be a character that
// makes of one SMS two.
func cutRunes(text string, most int, end string) string {
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	room := most - utf8.RuneCountInString(end)
	if room < most/2 {
		room, end = most, ""
	}
	return string([]rune(text)[:room]) + end
}
