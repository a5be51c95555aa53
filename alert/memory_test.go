package alert

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"
	"unique"
)

// kubernetesPairs are the labels of alert n in a cluster: fourteen, of which
// pod and instance are its own. The texts of the others are shared.
func kubernetesPairs(n int) []Label {
	pick := func(salt int, values ...string) string {
		return values[rand.New(rand.NewPCG(uint64(n), uint64(salt))).IntN(len(values))]
	}
	return []Label{
		{"alertname", pick(0, "KubePodCrashLooping", "KubePodNotReady", "KubeContainerWaiting", "CPUThrottlingHigh", "KubeJobFailed")},
		{"cluster", pick(1, "prod-eu-west-1", "prod-us-east-1", "staging-eu-west-1")},
		{"container", pick(2, "app", "istio-proxy", "sidecar-logger", "migrations")},
		{"endpoint", pick(3, "http-metrics", "https-metrics")},
		{"env", pick(4, "production", "staging")},
		{"instance", fmt.Sprintf("10.%d.%d.%d:8443", n>>16&0xff, n>>8&0xff, n&0xff)},
		{"job", pick(5, "kube-state-metrics", "kubelet", "node-exporter")},
		{"namespace", pick(6, "checkout", "payments", "inventory", "shipping", "monitoring", "kube-system")},
		{"pod", fmt.Sprintf("checkout-api-7d9f8b6c5d-%05x", n)},
		{"prometheus", pick(7, "monitoring/k8s", "monitoring/apps")},
		{"reason", pick(8, "CrashLoopBackOff", "ImagePullBackOff", "ContainerCreating")},
		{"service", pick(9, "kube-prometheus-stack-kube-state-metrics", "kube-prometheus-stack-kubelet")},
		{"severity", pick(10, "critical", "warning", "info")},
		{"team", pick(11, "checkout", "payments", "platform")},
	}
}

func pairsMap(pairs []Label) map[string]string {
	m := make(map[string]string, len(pairs))
	for _, p := range pairs {
		m[p.Name] = p.Value
	}
	return m
}

func pairHandles(pairs []Label) []unique.Handle[Label] {
	handles := make([]unique.Handle[Label], len(pairs))
	for i, p := range pairs {
		handles[i] = unique.Make(p)
	}
	return handles
}

// BenchmarkLabelsMemory reports what a label set costs when 100,000 alerts of a
// Kubernetes cluster are held, with the header or pointer that refers to it.
func BenchmarkLabelsMemory(b *testing.B) {
	const sets = 100_000
	b.Run("map", func(b *testing.B) { reportBytes(b, sets, pairsMap) })
	b.Run("handles", func(b *testing.B) { reportBytes(b, sets, pairHandles) })
	b.Run("packed", func(b *testing.B) { reportBytes(b, sets, NewLabels) })
}

// reportBytes builds sets and measures the live heap before and after.
func reportBytes[T any](b *testing.B, sets int, build func([]Label) T) {
	b.Helper()
	for b.Loop() {
		before := liveHeap()
		held := make([]T, sets)
		for n := range held {
			held[n] = build(kubernetesPairs(n))
		}
		after := liveHeap()
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/float64(sets), "bytes/set")
		b.ReportMetric(float64(after.HeapObjects-before.HeapObjects)/float64(sets), "objects/set")
		runtime.KeepAlive(held)
	}
	b.ReportMetric(0, "ns/op") // building is not what is measured
}

// liveHeap collects until what the last collection made unreachable, such as
// entries of package unique, is gone as well.
func liveHeap() runtime.MemStats {
	var stats runtime.MemStats
	for range 4 {
		runtime.GC()
	}
	runtime.ReadMemStats(&stats)
	return stats
}
