// Package cluster joins replicas: it knows who is there, whose turn it is, and
// keeps what they share equal.
//
// Membership, failure detection and gossip are those of memberlist. On top of it
// stand three ways for a record to travel:
//
//   - single changes ride on gossip as well ([Channel.Broadcast]),
//   - all go to every peer over reliable streams with bounded
//     queues ([Channel.Broadcast], [Channel.Stream]),
//   - whatever got lost is found and fetched: replicas compare digests of their
//     states, when they meet and from time to time, and each pulls what it lacks.
//
// The third way is what makes the others simple. They may drop what does not fit
// and never make anybody wait, since a drop only means "later".
//
// Nothing in here needs a majority: a replica that is cut off from its peers is
// alone, and acts as if it were the only one.
package cluster
