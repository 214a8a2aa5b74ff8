package main

import (
	"strings"
	"testing"
)

// A folder for results that would mix with the clone's own is refused, and nothing
// changes; the clone's own folders mean what they mean without --out.
func TestOutBesideStored(t *testing.T) {
	b := newBench(t)
	b.succeed("run", "--profile", "paper")
	b.succeed("run")
	before := b.files()
	t.Chdir(b.root)
	for _, dir := range []string{"data", ".", "data/losses", "figures"} {
		for _, args := range [][]string{{"run", "alpha", "--out", dir}, {"figures", "--from", dir}, {"claims", "--write", "--from", dir}} {
			status, errs := b.ml3(t.Context(), args...)
			if dir == "data/losses" || dir == "figures" { // nothing of the clone's is in folders below them
				continue
			}
			if status != statusError || len(errs) != 1 || !strings.Contains(errs[0], "belong to the clone") {
				t.Errorf("%q: exit status %d, %q", args, status, errs)
			}
		}
	}
	after := b.files()
	for name, content := range before {
		if after[name] != content {
			t.Errorf("%s has changed", name)
		}
	}
	if status, errs := b.ml3(t.Context(), "run", "alpha", "--out", "data/results/quick"); status != statusOK {
		t.Errorf("the quick folder by its name: %q", errs)
	}
	if _, there := b.files()["data/results/quick/figures/alpha.png"]; there {
		t.Error("figures of the quick folder went below it")
	}
}
