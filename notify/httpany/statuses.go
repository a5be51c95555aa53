package httpany

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
)

// Statuses are single ones, such as 201, and classes, such as 2xx.
type Statuses []string

func (s Statuses) has(code int) bool {
	text := strconv.Itoa(code)
	return slices.Contains(s, text) || slices.Contains(s, text[:1]+"xx")
}

func (s Statuses) check(key string) error {
	for _, text := range s {
		if !regexp.MustCompile(`^[1-5](xx|[0-9][0-9])$`).MatchString(text) {
			return fmt.Errorf("%s: %q is neither a status such as 201 nor a class such as 2xx", key, text)
		}
	}
	return nil
}
