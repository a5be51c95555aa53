// Receiver is a webhook that prints who told it what: a line for each notification.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"
)

// notification is what is printed of version 4 of the payload.
type notification struct {
	Status      string            `json:"status"`
	ExternalURL string            `json:"externalURL"`
	GroupLabels map[string]string `json:"groupLabels"`
	Alerts      []struct {
		Status string `json:"status"`
	} `json:"alerts"`
}

func main() {
	address := flag.String("listen", "127.0.0.1:9099", "address to listen on")
	flag.Parse()
	server := &http.Server{Addr: *address, Handler: printTo(os.Stdout), ReadHeaderTimeout: 10 * time.Second}
	fmt.Fprintln(os.Stderr, server.ListenAndServe())
	os.Exit(1)
}

// printTo prints each notification in one write.
func printTo(w io.Writer) http.HandlerFunc {
	return func(answer http.ResponseWriter, r *http.Request) {
		var n notification
		if err := json.NewDecoder(http.MaxBytesReader(answer, r.Body, 16<<20)).Decode(&n); err != nil {
			http.Error(answer, err.Error(), http.StatusBadRequest)
			return
		}
		_, _ = fmt.Fprintf(w, "%s  %-8s %v, %d alerts, told by %s\n",
			time.Now().Format(time.TimeOnly), n.Status, n.GroupLabels, len(n.Alerts), n.ExternalURL)
	}
}
