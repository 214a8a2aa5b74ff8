package main

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"ml3/mllib/files"
	"ml3/mllib/paper"
)

// firstNotebook explains how to read the others.
const firstNotebook = "00_start.ipynb"

// summarize ends a run: the verdicts, beside the stored ones if they are of another
// folder, how many of each there are, and what to look at. It fits 80 columns but for
// the names of folders.
func (a *app) summarize(in places, names []string, shown []judged) error {
	if len(shown) == 0 {
		return nil
	}
	var b strings.Builder
	stored := map[string]string{}
	if !in.stored {
		stored = a.storedVerdicts()
	}
	fmt.Fprintln(&b)
	differ := writeVerdicts(&b, shown, stored)
	fmt.Fprintln(&b)
	writeCounts(&b, shown, differ, len(stored) > 0)
	command := "ml3 claims"
	switch {
	case in.stored:
	case sameFolder(in.Tables, filepath.Join(a.root, "data", "results", "quick")):
		command += " --profile quick"
	default:
		command += " --from " + a.relative(in.Tables)
	}
	figure := a.relative(in.figures)
	if first := paper.GuideOf(names[0]).Figure; first != "" {
		figure = filepath.Join(figure, first+".png") + " and others"
	}
	fmt.Fprintf(&b, "\neffects  %s\ntables   %s\nfigures  %s\nread on  %s\n", command,
		a.relative(in.Tables), figure, filepath.Join("notebooks", nextNotebook(names)))
	_, err := io.WriteString(a.out, b.String())
	return err
}

// storedVerdicts reads the verdicts on the stored results by the claims' names. That
// there are none is no error: they are only shown beside others.
func (a *app) storedVerdicts() map[string]string {
	verdicts := map[string]string{}
	data, err := files.Read(filepath.Join(a.root, "data", "claims.csv"), 1<<20)
	if err != nil {
		return verdicts
	}
	rows, err := csv.NewReader(strings.NewReader(string(data))).ReadAll()
	if err != nil || len(rows) == 0 || strings.Join(rows[0], ",") != strings.Join(claimColumns(), ",") {
		return verdicts
	}
	for _, row := range rows[1:] {
		verdicts[row[0]] = row[4]
	}
	return verdicts
}

// writeVerdicts writes a line for each claim and returns how many verdicts differ from
// the stored ones.
func writeVerdicts(w io.Writer, shown []judged, stored map[string]string) (differ int) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	head := "CLAIM\tFIGURE\tVERDICT"
	if len(stored) > 0 {
		head += "\tSTORED"
	}
	fmt.Fprintln(t, head)
	for _, j := range shown {
		line := fmt.Sprintf("%s\t%s\t%s", j.claim.ID, j.claim.Figure, j.verdict.Outcome)
		if len(stored) > 0 {
			line += "\t" + cmp.Or(stored[j.claim.ID], "–")
		}
		if s := stored[j.claim.ID]; s != "" && s != string(j.verdict.Outcome) {
			differ++
		}
		fmt.Fprintln(t, line)
	}
	t.Flush() // into a builder
	return differ
}

// writeCounts says how many verdicts of each kind there are and, beside stored ones,
// what they are worth.
func writeCounts(w io.Writer, shown []judged, differ int, beside bool) {
	count := map[paper.Outcome]int{}
	for _, j := range shown {
		count[j.verdict.Outcome]++
	}
	fmt.Fprintf(w, "%s: %d reproduced, %d inconclusive, %d not reproduced\n",
		plural(len(shown), "claim"), count[paper.Reproduced], count[paper.Inconclusive], count[paper.NotReproduced])
	if beside {
		fmt.Fprintf(w, `
The stored verdicts, of all seeds at the paper's size, count; %s.
A run of fewer seeds, steps or tasks, as a quick one is, shows that everything
works and about how large an effect is, and not what shows late in training.
`, map[bool]string{true: "here\nnone differs", false: fmt.Sprintf("here\n%d of %d differ", differ, len(shown))}[differ == 0])
	}
}

// plural counts things in words.
func plural(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// nextNotebook is the one to read after a run of some experiments.
func nextNotebook(names []string) string {
	next := ""
	for _, n := range names {
		switch nb := paper.GuideOf(n).Notebook; {
		case next == "":
			next = nb
		case next != nb:
			return firstNotebook
		}
	}
	return cmp.Or(next, firstNotebook)
}

// stderr is where a program that is started here writes its errors.
func (a *app) stderr() io.Writer {
	if s, ok := a.notes.(*screen); ok {
		return s.w
	}
	return cmp.Or[io.Writer](a.notes, a.progress, os.Stderr)
}
