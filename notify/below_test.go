package notify_test

import (
	"testing"

	"github.com/tocsin-alerting/tocsin/notify"
)

func TestBelow(t *testing.T) {
	tests := []struct {
		base notify.URL
		path string
		want string
	}{
		{"https://h/", "a/b", "https://h/a/b"},
		{"https://u:p@h:8080/x/", "a", "https://u:p@h:8080/x/a"},
		{"https://h/x/", "", "https://h/x/"},
		{"https://h/", "a b?c#d%e", "https://h/a%20b%3Fc%23d%25e"},
		{"https://h/", "../a//b", "https://h/../a//b"},
		{"https://h/", "größe", "https://h/gr%C3%B6%C3%9Fe"},
		{"https://h/a%2Fb/", "c:d", "https://h/a%2Fb/c:d"},
		{"https://h/x/?k=v", "a", "https://h/x/a?k=v"},
	}
	for _, tt := range tests {
		got, err := tt.base.Below(tt.path)
		if err != nil || got != tt.want {
			t.Errorf("%s below %s is %q (%v), want %q", tt.path, tt.base, got, err, tt.want)
		}
	}
	if got, err := notify.URL("h").Below("a"); err == nil {
		t.Errorf("what is no URL became %q", got)
	}
}
