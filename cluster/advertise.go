package cluster

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"time"

	"github.com/hashicorp/go-sockaddr"
)

var errNoAdvertise = errors.New("no private IP address found, and no address to advertise was given")

// advertised is the address that peers are told, host empty if the transport
// knows best. In this order: the one given, the one listened on, a private one of
// this machine, and a public one if that is allowed.
func (o *Options) advertised(ctx context.Context) (host string, port int, err error) {
	if o.AdvertiseAddress != "" {
		if host, port, err = splitAddress(o.AdvertiseAddress); err != nil {
			return "", 0, fmt.Errorf("advertise %w", err)
		}
		host, err = o.ownIP(ctx, host)
		return host, port, err
	}
	if o.ListenAddress == "" {
		return "", 0, nil
	}
	if host, port, err = splitAddress(o.ListenAddress); err != nil {
		return "", 0, fmt.Errorf("listen %w", err)
	}
	if !unspecified(host) {
		host, err = oneIP(ctx, o.Resolver, host, "")
		return host, port, err
	}
	host, err = discover(o.AdvertisePublic, sockaddr.GetPrivateIP, sockaddr.GetPublicIP)
	return host, port, err
}

func unspecified(host string) bool {
	ip := net.ParseIP(host)
	return host == "" || ip != nil && ip.IsUnspecified()
}

// discover returns the IP that this machine is reached by.
func discover(public bool, privateIP, publicIP func() (string, error)) (string, error) {
	ip, err := privateIP()
	if err == nil && ip == "" && public {
		ip, err = publicIP()
	}
	if err != nil {
		return "", fmt.Errorf("find an IP to advertise: %w", err)
	}
	if ip == "" {
		return "", errNoAdvertise
	}
	return ip, nil
}

// ownIP returns the IP of a name of this replica. The name of a pod may be known
// only some time after it has started.
func (o *Options) ownIP(ctx context.Context, host string) (string, error) {
	bind, _, _ := net.SplitHostPort(o.ListenAddress)
	for start := time.Now(); ; {
		ip, err := oneIP(ctx, o.Resolver, host, bind)
		if err == nil || time.Since(start) >= o.PeersResolveTimeout || !pause(ctx, time.Second) {
			return ip, err
		}
	}
}

// oneIP returns the host if it is an IP, else an address of it: if there is one,
// of the family of the address that is listened on.
func oneIP(ctx context.Context, r Resolver, host, bind string) (string, error) {
	ips, err := lookup(ctx, r, host)
	if err != nil {
		return "", err
	}
	if own := net.ParseIP(bind); own != nil {
		same := func(ip string) bool { return (net.ParseIP(ip).To4() != nil) == (own.To4() != nil) }
		if i := slices.IndexFunc(ips, same); i >= 0 {
			return ips[i], nil
		}
	}
	return ips[0], nil
}

// lookup returns the addresses of a host in order, at least one.
func lookup(ctx context.Context, r Resolver, host string) ([]string, error) {
	if ip := net.ParseIP(host); ip != nil {
		return []string{ip.String()}, nil
	}
	addrs, err := r.LookupIPAddr(ctx, host)
	if err != nil {
		return nil, fmt.Errorf("look up %q: %w", host, err)
	}
	if len(addrs) == 0 {
		return nil, fmt.Errorf("look up %q: no address", host)
	}
	var list []string
	for _, a := range addrs {
		list = append(list, a.String())
	}
	slices.Sort(list)
	return slices.Compact(list), nil
}
