package main

import (
	"encoding/json"
	"io"
	"math"

	"ml3/scripts/ml3/store"
)

// jsonUsage describes the flag --json.
const jsonUsage = "print JSON for programs"

// listed is an experiment as ml3 list --json has it.
type listed struct {
	Experiment string        `json:"experiment"`
	Title      string        `json:"title"`
	Figure     string        `json:"figure"`
	Notebook   string        `json:"notebook,omitempty"`
	Seeds      int           `json:"seeds"`            // in data/seeds
	Stored     *listedStored `json:"stored,omitempty"` // nil for nothing
}

// listedStored is what is stored of an experiment.
type listedStored struct {
	Rows    int     `json:"rows"`
	Seeds   int     `json:"seeds"`
	Seconds float64 `json:"seconds"` // of all seeds, one after the other
}

// claimed is a verdict as ml3 claims --json has it: the columns of the CSV, with null
// for a bound that is infinite.
type claimed struct {
	Claim      string   `json:"claim"`
	Experiment string   `json:"experiment"`
	Figure     string   `json:"figure"`
	N          int      `json:"n"`
	Verdict    string   `json:"verdict"`
	Value      float64  `json:"value"`
	Low        *float64 `json:"low"`
	High       *float64 `json:"high"`
	Effect     string   `json:"effect"`
	Text       string   `json:"text"`
}

// statusOf is an experiment as ml3 status --json has it.
type statusOf struct {
	Experiment string       `json:"experiment"`
	Complete   int          `json:"complete"` // seeds
	Seeds      []seedStatus `json:"seeds"`
	Others     int          `json:"others"` // stored seeds that were not asked for
	Parts      int          `json:"parts"`  // seeds that an interrupted run has finished
}

// seedStatus is the state of a seed: complete, missing, stale, foreign or damaged.
type seedStatus struct {
	Seed  uint64 `json:"seed"`
	State string `json:"state"`
	Why   string `json:"why,omitempty"`
}

// printJSON writes a value for programs.
func printJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	return enc.Encode(v)
}

// claimsJSON writes verdicts.
func claimsJSON(w io.Writer, verdicts []judged) error {
	all := []claimed{}
	for _, j := range verdicts {
		v := j.verdict
		all = append(all, claimed{j.claim.ID, j.name, j.claim.Figure, j.seeds, string(v.Outcome), v.Value,
			finite(v.Low), finite(v.High), v.Effect, j.claim.Text})
	}
	return printJSON(w, all)
}

// finite returns nil for what JSON cannot hold.
func finite(x float64) *float64 {
	if math.IsInf(x, 0) {
		return nil
	}
	return &x
}

// statusJSON describes the state of an experiment.
func statusJSON(experiment string, s store.Status) statusOf {
	of := statusOf{Experiment: experiment, Seeds: []seedStatus{}, Others: s.Others, Parts: s.Parts}
	for _, seed := range s.Seeds {
		if seed.State == store.Complete {
			of.Complete++
		}
		of.Seeds = append(of.Seeds, seedStatus{seed.Seed, string(seed.State), seed.Why})
	}
	return of
}
