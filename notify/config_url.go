package notify

import "strings"

// URL is the address of a service in the configuration: http or https, with a
// host. It is shown as it is.
type URL string

// UnmarshalYAML checks the URL. The error does not repeat it.
func (u *URL) UnmarshalYAML(unmarshal func(any) error) error {
	var text string
	if err := unmarshal(&text); err != nil {
		return err
	}
	if _, err := ParseURL(text); err != nil {
		return err
	}
	*u = URL(text)
	return nil
}

// WithSlash is the URL with a slash at the end of its path, so that a path can
// be added.
func (u URL) WithSlash() URL {
	if strings.HasSuffix(string(u), "/") {
		return u
	}
	return u + "/"
}
