package daemon

import (
	"strings"
	"testing"
)

func TestAClusterThatCannotBeginEndsTheDaemon(t *testing.T) {
	d, err := New(Options{
		ListenAddresses: []string{"127.0.0.1:0"},
		Cluster:         ClusterOptions{ListenAddress: "192.0.2.1:9094"}, // nobody's address
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "start clustering") {
		t.Errorf("the daemon ended with %v", err)
	}
}

func TestWrongPeersAreRefusedAtTheStart(t *testing.T) {
	_, err := New(Options{Cluster: ClusterOptions{ListenAddress: "127.0.0.1:0", Peers: []string{"no-port"}}})
	if err == nil || !strings.Contains(err.Error(), "no-port") {
		t.Errorf("error %v", err)
	}
}
