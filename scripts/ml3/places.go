package main

import (
	"fmt"
	"os"
	"path/filepath"

	"ml3/mllib/paper"
)

// The profiles: how large an experiment is run.
const (
	profilePaper = "paper"
	profileQuick = "quick"
)

// profileUsage describes the flag --profile.
const profileUsage = "`size`: quick (seconds) or paper (the paper's)"

// places are the folders where results and figures are.
type places struct{ results, figures string }

// places returns the folders of a profile, or those under dir if it is not empty.
func (a *app) places(profile, dir string) (places, error) {
	switch {
	case profile != profilePaper && profile != profileQuick:
		return places{}, fmt.Errorf("unknown profile %q; known: %s, %s", profile, profileQuick, profilePaper)
	case dir != "":
		abs, err := filepath.Abs(dir)
		if err != nil {
			return places{}, err
		}
		return places{results: abs, figures: filepath.Join(abs, "figures")}, nil
	case profile == profileQuick:
		return places{filepath.Join(a.root, "data", "results", "quick"), filepath.Join(a.root, "figures", "quick")}, nil
	}
	return places{filepath.Join(a.root, "data", "results"), filepath.Join(a.root, "figures")}, nil
}

// table is the file of an experiment's results.
func (p places) table(experiment string) string {
	return filepath.Join(p.results, experiment+".csv")
}

// seedFile is the file of an experiment's seeds.
func (a *app) seedFile(experiment string) string {
	return filepath.Join(a.root, "data", "seeds", experiment+".csv")
}

// runOf returns the experiment's run of a profile.
func runOf(e paper.Experiment, profile string) paper.Run {
	if profile == profilePaper {
		return e.Paper
	}
	return e.Quick
}

// make makes the folders that are missing.
func (p places) make() error {
	for _, dir := range []string{p.results, p.figures} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	return nil
}

// writable checks that files can be written to a folder, so that nothing is
// computed in vain. If the folder is missing it is made for the time of the check.
func writable(dir string) error {
	var missing []string // innermost first
	for d := dir; d != filepath.Dir(d); d = filepath.Dir(d) {
		if _, err := os.Lstat(d); err == nil {
			break
		}
		missing = append(missing, d)
	}
	defer func() {
		for _, d := range missing {
			os.Remove(d)
		}
	}()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("cannot make the folder for results: %w; choose another with --out", err)
	}
	f, err := os.CreateTemp(dir, ".ml3-*.tmp")
	if err != nil {
		return fmt.Errorf("cannot write to %s: %w; choose another folder with --out", dir, err)
	}
	f.Close()
	return os.Remove(f.Name())
}
