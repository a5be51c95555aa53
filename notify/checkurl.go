package notify

import "fmt"

// CheckSecretURL checks a URL that is kept as a Secret. Without a URL there is
// nothing to check. What is shown in place of a secret is accepted, so that a
// configuration that was shown can be read; sending to it fails.
func CheckSecretURL(key string, u Secret) error {
	if u == "" || u == hidden {
		return nil
	}
	if _, err := ParseURL(string(u)); err != nil {
		return fmt.Errorf("%s: %w", key, err)
	}
	return nil
}
