package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strconv"
	"sync"

	"github.com/spf13/cobra"

	"ml3/mllib/fig"
	"ml3/mllib/figures"
	"ml3/mllib/files"
	"ml3/mllib/paper"
	"ml3/scripts/ml3/report"
	"ml3/scripts/ml3/store"
)

func (a *app) reportCommand() *cobra.Command {
	var profile, from, out string
	c := &cobra.Command{
		Use:   "report [experiment...]",
		Short: "Write claims, verdicts, figures and settings as one HTML page",
		Long: `Write what the stored results say as one HTML file of less than 2 MB: the paper's
claims and the verdicts, every figure, the settings in full, machines and times. It has
no scripts, needs no network, and can be read with a screen reader and on a telephone.`,
		Example: `  ml3 report
  ml3 report sine --profile quick --out sine.html`,
		ValidArgsFunction: a.completeExperiments,
		RunE: func(c *cobra.Command, names []string) error {
			in, err := a.places(profile, from)
			if err != nil {
				return err
			}
			return a.writeReport(c.Context(), in, names, out)
		},
	}
	c.Flags().StringVar(&profile, "profile", profilePaper, profileUsage)
	c.Flags().StringVar(&from, "from", "", "read tables from this `folder`")
	c.Flags().StringVar(&out, "out", "report.html", "write this `file`")
	return c
}

// reportBytes is the most that a page has.
const reportBytes = 2_000_000

// writeReport writes the page of the named experiments, or of all that have a table. If
// it is too large its pictures are made smaller.
func (a *app) writeReport(ctx context.Context, in places, names []string, out string) error {
	tables, err := a.load(in, names, true)
	if err != nil {
		return err
	}
	m, err := in.ReadManifest()
	if err != nil {
		return err
	}
	var text bytes.Buffer
	for scale := 1.0; scale > 0.4; scale *= 0.8 {
		p, err := a.page(ctx, in, tables, m, scale)
		if err != nil {
			return err
		}
		text.Reset()
		if err := p.Write(&text); err != nil {
			return err
		}
		if text.Len() <= reportBytes {
			break
		}
	}
	if err := files.WriteAtomic(out, func(w io.Writer) error { _, err := w.Write(text.Bytes()); return err }); err != nil {
		return err
	}
	fmt.Fprintf(a.progress, "%d experiments, %d kB in %s\n", len(tables), text.Len()/1000, out)
	return nil
}

// page makes the page of tables, with pictures in proportion to scale.
func (a *app) page(ctx context.Context, in places, tables []stored, m store.Manifest, scale float64) (report.Page, error) {
	framework, err := pictureOf(figures.Framework(), scale)
	if err != nil {
		return report.Page{}, err
	}
	framework.Caption = "How a loss is learned"
	p := report.Page{Framework: &framework, Go: runtime.Version()}
	for _, s := range tables {
		verdicts, err := a.judgeOne(in, s)
		if err != nil {
			return p, err
		}
		e := describeExperiment(s, m.Experiments[s.experiment.Name], verdicts)
		if e.Figures, err = a.pictures(ctx, s, scale); err != nil {
			return p, err
		}
		p.Experiments = append(p.Experiments, e)
		p.Claims = append(p.Claims, e.Claims...)
	}
	for _, o := range []paper.Outcome{paper.Reproduced, paper.Inconclusive, paper.NotReproduced} {
		n := 0
		for _, c := range p.Claims {
			if c.Verdict == string(o) {
				n++
			}
		}
		p.Summary = append(p.Summary, report.Count{Verdict: string(o), N: n})
	}
	return p, nil
}

// describeExperiment is an experiment on the page.
func describeExperiment(s stored, r *store.Record, verdicts []judged) report.Experiment {
	e := report.Experiment{Name: s.experiment.Name, Title: s.experiment.Title, Figure: s.experiment.Figure, Seconds: "unknown", Profile: "unknown"}
	for _, j := range verdicts {
		v := j.verdict
		e.Claims = append(e.Claims, report.Claim{ID: j.claim.ID, Figure: j.claim.Figure, Text: j.claim.Text, Effect: v.Effect, Seeds: j.seeds,
			Value: fmt.Sprintf("%.3g", v.Value), Interval: fmt.Sprintf("%.3g … %.3g", v.Low, v.High), Verdict: string(v.Outcome)})
	}
	if r != nil {
		e.Profile, e.Settings = r.Profile, append(append([]string{}, r.Settings...), r.Inputs...)
		sum, n := 0.0, 0
		for _, seed := range r.Seeds {
			e.Seeds, e.Revision = append(e.Seeds, strconv.FormatUint(seed.Seed, 10)), seed.Revision
			if seed.Error != "" {
				continue
			}
			sum, n = sum+seed.Seconds, n+1
			machine := fmt.Sprintf("%s, %s/%s, %s, %d CPUs, %d seeds at a time", seed.Machine.Go, seed.Machine.GOOS, seed.Machine.GOARCH, seed.Machine.Kernel, seed.Machine.CPUs, seed.Machine.Jobs)
			if !slices.Contains(e.Machines, machine) {
				e.Machines = append(e.Machines, machine)
			}
		}
		e.Seconds = fmt.Sprintf("%.0f s a seed, %.0f s together", sum/float64(max(1, n)), sum)
	}
	return e
}

// pictures draws the figures of an experiment.
func (a *app) pictures(ctx context.Context, s stored, scale float64) ([]report.Figure, error) {
	rows, err := a.withReference(s)
	if err != nil {
		return nil, err
	}
	d := figures.Data{Rows: rows, Pictures: s.pictures}
	names := figures.Names(s.experiment.Name, d)
	all, errs := make([]report.Figure, len(names)), make([]error, len(names))
	next := make(chan int, len(names))
	for i := range names {
		next <- i
	}
	close(next)
	var wg sync.WaitGroup
	for range runtime.NumCPU() {
		wg.Go(func() {
			for i := range next {
				if errs[i] = ctx.Err(); errs[i] != nil {
					return
				}
				panel, err := figures.Draw(s.experiment.Name, names[i], d)
				if err == nil {
					all[i], err = pictureOf(panel, scale)
				}
				errs[i] = err
			}
		})
	}
	wg.Wait()
	for i, err := range errs {
		if err != nil {
			return nil, fmt.Errorf("figure %s: %w", names[i], err)
		}
	}
	return all, nil
}

// Sizes of the pictures of a page: pixels, dots per inch, and the width of a panel, cm,
// from which on it takes the width of the page.
const (
	reportWidth, reportWhole = 580, 800
	reportDPI                = 130
	wholeFrom                = 20
)

// pictureOf is a panel as a picture of the page.
func pictureOf(p fig.Panel, scale float64) (report.Figure, error) {
	const inch = 2.54 // cm
	whole, width := p.Width >= wholeFrom, float64(reportWidth)
	if whole {
		width = reportWhole
	}
	img := p.Image(int(scale * min(reportDPI, width/p.Width*inch)))
	text, err := report.Encode(img)
	return report.Figure{Name: p.Name, Alt: "Plot. " + p.Alt, Caption: p.Title, Width: img.Bounds().Dx(), Height: img.Bounds().Dy(), Whole: whole, PNG: text}, err
}
