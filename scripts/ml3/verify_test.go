package main

import (
	"context"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ml3/mllib/paper"
)

// TestVerify flips bytes of every stored file, and expects that the file is named.
func TestVerify(t *testing.T) {
	b := newBench(t)
	b.succeed("run", "--profile", "paper")
	b.succeed("verify", "--figures")
	if !strings.Contains(b.out.String(), "408 rows and 8 files of learned losses are as the manifest says") {
		t.Errorf("it says %s", &b.out)
	}
	verified := func(path string) bool {
		return strings.HasPrefix(path, "data/results/") || strings.HasPrefix(path, "data/losses/") || strings.HasPrefix(path, "figures/") ||
			path == "data/claims.csv" || path == "data/datapackage.json"
	}
	rng := rand.New(rand.NewPCG(3, 4))
	flipped := 0
	for path, text := range b.files() {
		if !verified(path) || text == "" {
			continue
		}
		for range 12 {
			i := rng.IntN(len(text))
			bad := []byte(text)
			bad[i] ^= 1 << rng.IntN(8)
			b.write(path, string(bad))
			status, errs := b.ml3(t.Context(), "verify", "--figures")
			if status != statusError || !strings.Contains(strings.Join(errs, "\n"), filepath.Base(path)) {
				t.Fatalf("%s, byte %d: %q instead of %q: exit status %d, %q", path, i, bad[i], text[i], status, errs)
			}
			flipped++
		}
		b.write(path, text[:len(text)-1])
		if status, errs := b.ml3(t.Context(), "verify", "--figures"); status != statusError || !strings.Contains(strings.Join(errs, "\n"), filepath.Base(path)) {
			t.Errorf("%s cut: exit status %d, %q", path, status, errs)
		}
		os.Remove(filepath.Join(b.root, path))
		if status, errs := b.ml3(t.Context(), "verify", "--figures"); status != statusError || !strings.Contains(strings.Join(errs, "\n"), filepath.Base(path)) {
			t.Errorf("%s removed: exit status %d, %q", path, status, errs)
		}
		b.write(path, text)
	}
	if flipped < 12*17 {
		t.Errorf("only %d bytes were flipped", flipped)
	}
	table := b.read("data/results/alpha.csv")
	lines := strings.SplitAfter(table, "\n")
	b.write("data/results/alpha.csv", strings.Join(slices.Concat(lines[:1], lines[51:]), "")) // without seed 1
	if status, errs := b.ml3(t.Context(), "verify", "alpha"); status != statusError || len(errs) != 1 || !strings.Contains(errs[0], "the rows of seed 1") {
		t.Errorf("exit status %d, %q", status, errs)
	}
	b.write("data/results/alpha.csv", table)
	b.write("data/results/gamma.csv", table)
	b.write("data/losses/alpha/5.safetensors", "")
	if status, errs := b.ml3(t.Context(), "verify"); status != statusError || len(errs) != 2 || !strings.Contains(errs[1], "gamma.csv is not in the manifest") {
		t.Errorf("exit status %d, %q", status, errs)
	}
}

// drifting is a walk whose numbers depend on what it is not told.
type drifting struct {
	walk
	by *float64
}

func (d drifting) String() string { return "drifting" }

func (d drifting) Run(ctx context.Context, in paper.Input, report func(done, total int)) (paper.Output, error) {
	out, err := d.walk.Run(ctx, in, report)
	if in.Seed == 7 {
		out.Rows = slices.Clone(out.Rows)
		out.Rows[3].Value += *d.by
	}
	return out, err
}

// TestVerifyRerun computes seeds again, and finds the one that is another.
func TestVerifyRerun(t *testing.T) {
	b := newBench(t)
	by := 0.0
	b.experiments[0].Paper = drifting{b.experiments[0].Paper.(walk), &by}
	b.succeed("run", "--profile", "paper")
	before := b.files()
	b.succeed("verify", "--rerun")
	if !strings.Contains(b.out.String(), "8 seeds, computed again, give the same bytes") {
		t.Errorf("it says %s", &b.out)
	}
	by = 1e-15
	b.succeed("verify", "--rerun", "beta")
	b.succeed("verify", "--rerun", "alpha", "--seeds", "1")
	for _, seeds := range []string{"2", "7,"} {
		if status, errs := b.ml3(t.Context(), "verify", "--rerun", "alpha", "--seeds", seeds); status != statusError || len(errs) != 1 ||
			!strings.Contains(errs[0], "alpha: seed 7: computed again, rows are other ones") {
			t.Errorf("exit status %d, %q", status, errs)
		}
	}
	b.world.failAt.Store(9)
	if status, errs := b.ml3(t.Context(), "verify", "--rerun", "beta"); status != statusError || len(errs) != 1 || !strings.Contains(errs[0], "seed 9: step 3") {
		t.Errorf("exit status %d, %q", status, errs)
	}
	if status, errs := b.ml3(t.Context(), "verify", "--rerun", "beta", "--seeds", "5,"); status != statusError || !strings.Contains(errs[0], "seed 5 is not stored") {
		t.Errorf("exit status %d, %q", status, errs)
	}
	if !maps.Equal(b.files(), before) {
		t.Error("files have changed")
	}
}
