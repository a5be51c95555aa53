package email

import (
	"errors"
	"net"
)

// HostPort is the address of a server. The host may be empty, and the port may
// be the name of a service. An empty value is no address.
type HostPort string

// UnmarshalYAML checks the address.
func (a *HostPort) UnmarshalYAML(unmarshal func(any) error) error {
	var text string
	if err := unmarshal(&text); err != nil {
		return err
	}
	parsed, err := parseHostPort(text)
	*a = parsed
	return err
}

func parseHostPort(text string) (HostPort, error) {
	if text == "" {
		return "", nil
	}
	host, port, err := net.SplitHostPort(text)
	if err != nil {
		return "", errors.New("want host:port, such as mail.example.com:587, and brackets around an IPv6 address")
	}
	if port == "" {
		return "", errors.New("the port is missing, want host:port")
	}
	return HostPort(net.JoinHostPort(host, port)), nil
}

func (a HostPort) host() string {
	host, _, _ := net.SplitHostPort(string(a))
	return host
}

func (a HostPort) port() string {
	_, port, _ := net.SplitHostPort(string(a))
	return port
}
