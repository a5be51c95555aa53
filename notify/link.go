package notify

import (
	"crypto/sha256"
	"encoding/hex"
)

// GroupsPath is where the API shows single groups, each under its Ref. It stands
// below the external URL.
const GroupsPath = "/api/tocsin/v1/groups/"

// Ref names the group in URLs: 32 hexadecimal digits that depend on its ID alone
// and do not tell what is in it.
func (g Group) Ref() string {
	sum := sha256.Sum256([]byte(g.ID))
	return hex.EncodeToString(sum[:16])
}

// Link is the URL of the whole group for as long as it exists; empty if it is
// not known how tocsin is reached.
func (n *Notification) Link() string {
	at := n.batch.ExternalURL
	if n.Data != nil {
		at = n.Data.ExternalURL
	}
	if at == "" {
		return ""
	}
	return at + GroupsPath + n.Ref
}
