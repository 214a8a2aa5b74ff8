package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"ml3/mllib/files"
	"ml3/mllib/paper"
	"ml3/scripts/ml3/store"
)

// The profiles: how large an experiment is run.
const (
	profilePaper = "paper"
	profileQuick = "quick"
)

// profileUsage describes the flag --profile.
const profileUsage = "`size`: quick (seconds) or paper (the paper's)"

// places are where results, figures and verdicts are. Verdicts are never beside
// tables, so that all CSV files of that folder have the same columns.
type places struct {
	store.Folder
	figures string // a folder
	claims  string // a file
	stored  bool   // whether these are the results at the paper's size that belong to the clone
}

// places returns the places of a profile, or those under dir if it is not empty.
func (a *app) places(profile, dir string) (places, error) {
	if profile != profilePaper && profile != profileQuick {
		return places{}, fmt.Errorf("unknown profile %q; known: %s, %s", store.Clip(profile), profileQuick, profilePaper)
	}
	data := filepath.Join(a.root, "data")
	stored := places{
		Folder:  store.Folder{Tables: filepath.Join(data, "results"), Losses: filepath.Join(data, "losses")},
		figures: filepath.Join(a.root, "figures"), claims: filepath.Join(data, "claims.csv"), stored: true,
	}
	quick := under(filepath.Join(data, "results", "quick"))
	quick.figures = filepath.Join(a.root, "figures", "quick")
	switch {
	case dir == "" && profile == profilePaper || dir != "" && sameFolder(dir, stored.Tables):
		return stored, nil
	case dir == "" || sameFolder(dir, quick.Tables):
		return quick, nil
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return places{}, err
	}
	p := under(abs)
	for _, theirs := range append(stored.folders(), quick.folders()...) {
		for _, ours := range p.folders() {
			if sameFolder(ours, theirs) {
				return places{}, fmt.Errorf("results in %s would have files in %s, among those that belong to the clone; choose another folder", store.Clip(dir), a.relative(theirs))
			}
		}
	}
	return p, nil
}

// folders are those that files are written to.
func (p places) folders() []string {
	return []string{p.Tables, p.Losses, p.figures, filepath.Dir(p.claims)}
}

// under returns the places in a folder.
func under(dir string) places {
	return places{
		Folder:  store.Folder{Tables: dir, Losses: filepath.Join(dir, "losses")},
		figures: filepath.Join(dir, "figures"), claims: filepath.Join(dir, "claims", "claims.csv"),
	}
}

// sameFolder says whether two paths name one folder.
func sameFolder(a, b string) bool {
	if x, err := filepath.Abs(a); err == nil && x == b {
		return true
	}
	x, err1 := os.Stat(a)
	y, err2 := os.Stat(b)
	return err1 == nil && err2 == nil && os.SameFile(x, y)
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

// lock waits until no other program writes to a folder, and says so; hint, if not
// empty, is what to do if the folder cannot be written to.
func (a *app) lock(ctx context.Context, dir, hint string) (unlock func(), err error) {
	return a.lockWith(ctx, store.Lock, dir, hint)
}

// lockWith does as lock with one of the two kinds of locks.
func (a *app) lockWith(ctx context.Context, kind func(context.Context, string, func(string)) (func(), error), dir, hint string) (unlock func(), err error) {
	unlock, err = kind(ctx, dir, func(holder string) {
		fmt.Fprintf(a.progress, "ml3: %s writes to %s: waiting until it ends\n", holder, a.relative(dir))
	})
	if err != nil && !errors.Is(err, ctx.Err()) {
		return nil, fmt.Errorf("cannot write to %s: %w%s", a.relative(dir), err, hint)
	}
	return unlock, err
}

// probe is what writable writes.
const probe = "ml3-probe"

// writable checks that files can be written to a folder, so that nothing is
// computed in vain. If the folder is missing it is made for the time of the check.
// hint, if not empty, is what to do if not.
func writable(dir, hint string) error {
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
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return fmt.Errorf("cannot make a folder: %w%s", err, hint)
	}
	f, err := os.CreateTemp(dir, "."+probe+".*.tmp")
	if err != nil {
		return fmt.Errorf("cannot write to %s: %w%s", dir, err, hint)
	}
	f.Close()
	return os.Remove(f.Name())
}

// clean removes the temporary files that killed programs have left in places, of
// which the caller holds the locks.
func (a *app) clean(p places) error {
	var names []string
	for _, e := range a.experiments {
		names = append(names, e.Name)
	}
	isProbe := func(name string) bool { return name == probe }
	return errors.Join(p.Clean(names), cleanFigures(p.figures),
		files.RemoveTemporary(p.Tables, isProbe), files.RemoveTemporary(p.Losses, isProbe),
		files.RemoveTemporary(filepath.Dir(p.claims), func(name string) bool { return name == filepath.Base(p.claims) || isProbe(name) }))
}

// cleanFigures removes those of figures.
func cleanFigures(dir string) error {
	return files.RemoveTemporary(dir, func(name string) bool {
		ext := filepath.Ext(name)
		return ext == ".png" || ext == ".svg" || ext == ".gif" || strings.HasPrefix(name, probe)
	})
}
