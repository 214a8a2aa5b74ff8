package random

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestReadSeeds(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sine.csv")
	text := "# drawn once\n\nseed\n7\n18446744073709551615\r\n# more\n0\n"
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	got, err := ReadSeeds(path)
	if want := []uint64{7, 1<<64 - 1, 0}; err != nil || !slices.Equal(got, want) {
		t.Errorf("seeds %v, error %v; want %v", got, err, want)
	}
}

// TestReadSeedsOfOthers reads what a spreadsheet program and R write.
func TestReadSeedsOfOthers(t *testing.T) {
	for _, text := range []string{"\ufeffseed\r\n3\r\n1\r\n", "\"seed\"\n3\n1\n", "\ufeff\"seed\"\n\"3\"\n1\n"} {
		if got, err := parseSeeds(strings.NewReader(text), "f"); err != nil || !slices.Equal(got, []uint64{3, 1}) {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"seed\n\ufeff1\n", "\"seed\n1\n", "seed\n\"\n"} {
		if got, err := parseSeeds(strings.NewReader(text), "f"); err == nil {
			t.Errorf("%q: %v", text, got)
		}
	}
	if _, err := ReadSeeds(os.DevNull); err == nil || !strings.Contains(err.Error(), "not a regular file") {
		t.Errorf("a device: %v", err)
	}
}

func TestReadSeedsSaysWhatIsWrong(t *testing.T) {
	for _, c := range []struct{ text, where, what string }{
		{"", "sine.csv:1:", "empty"},
		{"\n# nothing\n", "sine.csv:1:", "empty"},
		{"seed\n", "sine.csv:1:", "no seed"},
		{"1\n2\n", "sine.csv:1:", "must be: seed"},
		{"seed\n1\n\n-2\n", "sine.csv:4:", `"-2"`},
		{"seed\n1.0\n", "sine.csv:2:", `"1.0"`},
		{"seed\n1,2\n", "sine.csv:2:", `"1,2"`},
		{"seed\n18446744073709551616\n", "sine.csv:2:", "18446744073709551615"},
		{"seed\n5\n6\n5\n", "sine.csv:4:", "already on line 2"},
		{"seed\n1\n" + strings.Repeat("9", 5000), "sine.csv:3:", "1024 bytes"},
		{"seed\n" + manySeeds(maxSeeds+1), fmt.Sprintf("sine.csv:%d:", maxSeeds+2), "split"},
	} {
		seeds, err := parseSeeds(strings.NewReader(c.text), "sine.csv")
		if err == nil || seeds != nil {
			t.Errorf("%.30q: seeds %v, error %v", c.text, seeds, err)
			continue
		}
		if !strings.HasPrefix(err.Error(), c.where) || !strings.Contains(err.Error(), c.what) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%.30q: error %q; want %q and %q", c.text, err, c.where, c.what)
		}
	}
	missing := filepath.Join(t.TempDir(), "absent.csv")
	if _, err := ReadSeeds(missing); err == nil || !strings.Contains(err.Error(), missing) {
		t.Errorf("missing file: %v", err)
	}
}

func manySeeds(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintln(&b, i)
	}
	return b.String()
}

// FuzzReadSeeds: what is accepted survives being written again.
func FuzzReadSeeds(f *testing.F) {
	for _, s := range []string{"", "seed", "seed\n1\n2\n", "#\nseed\r\n 3 \n", "seed\n1\n1\n", "seed\n-1", "\ufeffseed\n1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		seeds, err := parseSeeds(strings.NewReader(text), "f")
		if err != nil {
			if seeds != nil || !strings.HasPrefix(err.Error(), "f:") {
				t.Fatalf("seeds %v with error %q", seeds, err)
			}
			return
		}
		var b strings.Builder
		b.WriteString("seed\n")
		for _, s := range seeds {
			fmt.Fprintln(&b, s)
		}
		again, err := parseSeeds(strings.NewReader(b.String()), "f")
		if err != nil || len(seeds) == 0 || !slices.Equal(again, seeds) {
			t.Fatalf("%v read again: %v, %v", seeds, again, err)
		}
	})
}
