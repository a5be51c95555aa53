package api

import (
	"time"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/internal/jsontext"
)

func appendSilence(b []byte, s *Silence, now time.Time) []byte {
	b = append(b, '{')
	b = appendField(b, "id", s.ID, jsontext.ForHTML)
	b = append(appendKey(b, "status"), '{')
	b = append(appendField(b, "state", phaseAt(s, now).String(), jsontext.ForHTML), '}')
	b = appendTime(b, "updatedAt", s.UpdatedAt.UTC())
	if !s.Annotations.Empty() {
		b = appendLabels(b, "annotations", s.Annotations, jsontext.ForHTML)
	}
	b = appendField(b, "comment", s.Comment, jsontext.ForHTML)
	b = appendField(b, "createdBy", s.CreatedBy, jsontext.ForHTML)
	b = appendTime(b, "endsAt", s.EndsAt.UTC())
	b = append(appendKey(b, "matchers"), '[')
	for _, m := range s.Matchers {
		b = appendMatcher(appendComma(b), m)
	}
	b = append(b, ']')
	b = appendTime(b, "startsAt", s.StartsAt.UTC())
	return append(b, '}')
}

func appendMatcher(b []byte, m *alert.Matcher) []byte {
	b = append(b, '{')
	b = appendBool(b, "isEqual", m.Type == alert.MatchEqual || m.Type == alert.MatchRegexp)
	b = appendBool(b, "isRegex", m.Type == alert.MatchRegexp || m.Type == alert.MatchNotRegexp)
	b = appendField(b, "name", m.Name, jsontext.ForHTML)
	b = appendField(b, "value", m.Value, jsontext.ForHTML)
	return append(b, '}')
}
