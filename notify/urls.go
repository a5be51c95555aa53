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

// SecretURL is a URL that holds a token. It is never shown.
type SecretURL Secret

// UnmarshalYAML checks the URL. The error does not repeat it. What is shown in
// place of a secret is accepted, so that a configuration that was shown can be
// read; it stands for no URL.
func (u *SecretURL) UnmarshalYAML(unmarshal func(any) error) error {
	var text string
	if err := unmarshal(&text); err != nil {
		return err
	}
	if text == hidden {
		*u = ""
		return nil
	}
	if _, err := ParseURL(text); err != nil {
		return err
	}
	*u = SecretURL(text)
	return nil
}

// String hides the URL from logs.
func (u SecretURL) String() string { return Secret(u).String() }

// GoString hides the URL from %#v.
func (u SecretURL) GoString() string { return u.String() }

// MarshalYAML hides the URL where the configuration is shown.
func (u SecretURL) MarshalYAML() (any, error) { return u.String(), nil }

// MarshalJSON hides the URL where the configuration is shown.
func (u SecretURL) MarshalJSON() ([]byte, error) { return Secret(u).MarshalJSON() }
