package notify

import (
	"errors"
	"strings"
)

// Hide takes secrets that were not in the URL of a request out of what the
// service answered, should it repeat them. It changes err and returns it.
func Hide(err error, secrets ...string) error {
	status, ok := errors.AsType[*StatusError](err)
	if !ok {
		return err
	}
	for _, secret := range secrets {
		if secret != "" {
			status.Body = strings.ReplaceAll(status.Body, secret, hidden)
		}
	}
	return err
}
