package tencentsms

import (
	"slices"
	"strings"
)

// china is the country code of the mainland.
const china = "+86"

// international gives numbers the form in which the service answers, with a
// country code, so that it is clear which number an answer is about.
func international(numbers []string) []string {
	var list []string
	for _, number := range numbers {
		if number = e164(number); !slices.Contains(list, number) {
			list = append(list, number)
		}
	}
	return list
}

// e164 takes away what people put between digits. Numbers without a country code
// are of the mainland if they look like mobile numbers there.
func e164(number string) string {
	digits := strings.NewReplacer(" ", "", "-", "", "(", "", ")", "").Replace(number)
	if rest, ok := strings.CutPrefix(digits, "00"); ok {
		return "+" + rest
	}
	const length = 11 // of a mobile number of the mainland, which begins with 1
	switch {
	case len(digits) == length && digits[0] == '1':
		return china + digits
	case len(digits) == length+len("86") && strings.HasPrefix(digits, "861"):
		return "+" + digits
	}
	return digits
}

// split tells numbers within China from others.
func split(numbers []string) (within, abroad []string) {
	for _, number := range numbers {
		if strings.HasPrefix(number, china) {
			within = append(within, number)
		} else {
			abroad = append(abroad, number)
		}
	}
	return within, abroad
}
