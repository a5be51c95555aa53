package email

import "testing"

func FuzzHostPort(f *testing.F) {
	for _, seed := range []string{"", "h:25", ":25", "[::1]:25", "[h]:smtp", "h:", "h", "::1:25", "[::1%eth0]:25"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		address, err := parseHostPort(text)
		if err != nil {
			if address != "" {
				t.Fatalf("%q: address %q beside %v", text, address, err)
			}
			return
		}
		again, err := parseHostPort(string(address))
		if err != nil || again != address {
			t.Fatalf("%q is read as %q and then as %q, %v", text, address, again, err)
		}
		if text != "" && address.port() == "" {
			t.Fatalf("%q has no port", text)
		}
	})
}
