// Package state keeps what must outlive one phase: which resources were made, under which names and ids, with which
// secrets and which baseline.
//
// Each service has one append-only journal, <service>.jsonl, one fsynced line an event; replaying it is the state, there is
// no second truth. An intent is written before each create call and the id after it, so that a process killed at any
// moment leaves a record from which the resource can be found again by its exact name.
package state

import (
	"encoding/json"
	"time"
)

// Schema is the version of the journal that this program writes. It reads this one and every older one.
const Schema = 1

// Header opens a journal: whose resources these are and in which cloud they were made.
type Header struct {
	Run        string     `json:"run"`               // run id, carried by every resource that can hold one
	Program    string     `json:"program,omitempty"` // version of the program that began the run
	Service    string     `json:"service"`
	Cloud      Cloud      `json:"cloud"`
	Credential Credential `json:"credential"`
	Began      time.Time  `json:"began"`
	// Imported is the file from which the resources were taken over that the original plugin had made; "" for our own.
	Imported string `json:"imported,omitempty"`
}

// Cloud names the cloud a journal belongs to.
type Cloud struct {
	AuthURL string `json:"auth_url"`
	Region  string `json:"region,omitempty"`
}

// The kinds of credential a phase can work with.
const (
	Dynamic        = "dynamic"         // project and user were made for the run; they are records of the journal
	PreProvisioned = "pre-provisioned" // an account of accounts.yaml
	NamedCloud     = "clouds.yaml"     // the project of a clouds.yaml cloud, used as it is
)

// Credential says whose project the resources are in.
type Credential struct {
	Kind string `json:"kind"`
	// Name is the cloud's name in clouds.yaml or the account's user name; empty for dynamic credentials.
	Name string `json:"name,omitempty"`
	// Account is the hash by which Tempest knows a pre-provisioned account.
	Account string `json:"account,omitempty"`
	// Project and User are ids, known once a token has been issued.
	Project string `json:"project,omitempty"`
	User    string `json:"user,omitempty"`
}

// Record is what the state holds of one resource.
type Record struct {
	Key  string // unique within the journal, e.g. "object/2"
	Kind string // "container", "server", …
	Name string // exact name, by which a resource without a recorded id is found again
	ID   string // empty until the create call was answered
	// Details are what else identifies the resource or was asked for, as written with the intent, and what the service
	// answered. Later events overwrite single keys.
	Details map[string]string
	// Secrets were generated for the resource: passwords, private keys.
	Secrets map[string]string
	// Baseline is what was measured at the end of create; nil where nothing was.
	Baseline json.RawMessage
	Made     bool // the create call was answered, or the resource was found and adopted
	// Asked is when the create call was last about to be sent, or was given up, while it has had no answer: it may still take
	// effect. Zero once it was answered.
	Asked time.Time
	Gone  bool // seen gone from the cloud
}

// Detail returns a detail, or "".
func (r *Record) Detail(key string) string { return r.Details[key] }

// Secret returns a secret, or "".
func (r *Record) Secret(key string) string { return r.Secrets[key] }

// ReadBaseline decodes the baseline into v and reports whether there is one.
func (r *Record) ReadBaseline(v any) (bool, error) {
	if len(r.Baseline) == 0 {
		return false, nil
	}
	return true, json.Unmarshal(r.Baseline, v)
}

// entry is one line of a journal.
type entry struct {
	Event    string            `json:"event"`
	Schema   int               `json:"schema,omitempty"`
	Time     time.Time         `json:"time"`
	Header   *Header           `json:"header,omitempty"`
	Key      string            `json:"key,omitempty"`
	Kind     string            `json:"kind,omitempty"`
	Name     string            `json:"name,omitempty"`
	ID       string            `json:"id,omitempty"`
	Details  map[string]string `json:"details,omitempty"`
	Secrets  map[string]string `json:"secrets,omitempty"`
	Baseline json.RawMessage   `json:"baseline,omitempty"`
	Complete bool              `json:"complete,omitempty"`
	Phase    string            `json:"phase,omitempty"`
	Releases map[string]string `json:"releases,omitempty"`
	Records  []entry           `json:"records,omitempty"` // of an import
}

// The events of a journal.
const (
	eventBegin      = "begin"
	eventImported   = "imported"
	eventCredential = "credential" // in journals of earlier programs
	eventIntent     = "intent"
	eventMade       = "made"
	eventRefused    = "refused"
	eventBaseline   = "baseline"
	eventSealed     = "sealed"
	eventGone       = "gone"
	eventTombstone  = "tombstone"
	eventReleases   = "releases"
	eventTested     = "tested"
)
