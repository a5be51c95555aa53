package main

import (
	"fmt"
	"time"
)

// equalSilence appends silence i as JSON. It matches the alerts of one shard; those
// with a shard that no alert has match nothing, as most silences of a large
// installation match nothing at a given moment.
func equalSilence(to []byte, i int) []byte {
	return silence(to, fmt.Sprintf(`{"name":"shard","value":"%d","isRegex":false,"isEqual":true},`+
		`{"name":"cluster","value":"cluster-%d","isRegex":false,"isEqual":true}`, i, i*perShard/services%clusters))
}

// regexSilence appends silence i as JSON, of one of the sorts that people write: a
// set, a prefix, and one that can only be tried.
func regexSilence(to []byte, i int) []byte {
	var name, value string
	switch i % 3 {
	case 0:
		name, value = "shard", fmt.Sprintf("%d|%d", i, i+1)
	case 1:
		name, value = "pod", fmt.Sprintf("svc-%d-7d9f8b6c5-00.*", i%services)
	default:
		name, value = "pod", fmt.Sprintf(".*-[0-9a-f]+-0*%d", i)
	}
	return silence(to, fmt.Sprintf(`{"name":%q,"value":%q,"isRegex":true,"isEqual":true}`, name, value))
}

func silence(to []byte, matchers string) []byte {
	now := time.Now().UTC()
	return fmt.Appendf(to, `{"matchers":[%s],"startsAt":%q,"endsAt":%q,"createdBy":"bench","comment":"work on the network"}`,
		matchers, now.Format(time.RFC3339Nano), now.Add(4*time.Hour).Format(time.RFC3339Nano))
}
