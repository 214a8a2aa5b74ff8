package main

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"ml3/mllib/ad"
	"ml3/mllib/nn"
	"ml3/mllib/paper"
	"ml3/mllib/tidy"
	"ml3/scripts/ml3/export"
)

// learnOptions are the flags of ml3 learn.
type learnOptions struct {
	data, out             string
	seeds, updates, steps int
}

func (a *app) learnCommand() *cobra.Command {
	var o learnOptions
	c := &cobra.Command{
		Use:   "learn --data file.csv",
		Short: "Learn a loss for regression on your own table",
		Long: `Learn a loss for a family of regression tasks: a CSV file with the columns x… (one or
more inputs), y (the target) and task (what belongs together, such as a patient or a
machine). A quarter of the tasks is held out; in each task half the rows are fitted and
the other half measured. The learned loss is compared, on tasks that it has not seen,
with the mean squared error at the rate that is best on the others.

The folder --out gets learn.csv, every error after every step, and, in loss-0, loss-1,
…, the loss of each seed with a module that evaluates it in numpy and PyTorch. Inputs
and target of the loss are standardized.`,
		Example: `  ml3 learn --data patients.csv --out learned
  ml3 learn --data patients.csv --seeds 5 --updates 5000`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return a.learn(c.Context(), o)
		},
	}
	c.Flags().StringVar(&o.data, "data", "", "read this CSV `file`")
	c.Flags().StringVar(&o.out, "out", "learned", "write to this `folder`")
	c.Flags().IntVar(&o.seeds, "seeds", 3, "how many seeds: divisions into tasks held out or not, and initial networks")
	c.Flags().IntVar(&o.updates, "updates", 2000, "updates of the loss")
	c.Flags().IntVar(&o.steps, "steps", 100, "gradient steps that a task is fitted with")
	return c
}

// learn learns losses on a reader's table and compares them.
func (a *app) learn(ctx context.Context, o learnOptions) error {
	if o.data == "" {
		return fmt.Errorf("name your table: ml3 learn --data file.csv; ml3 learn --help says what it looks like")
	}
	for _, n := range []struct {
		flag  string
		value int
	}{{"seeds", o.seeds}, {"updates", o.updates}, {"steps", o.steps}} {
		if n.value < 1 || n.value > 1_000_000 {
			return fmt.Errorf("--%s %d: give a number from 1 to 1000000", n.flag, n.value)
		}
	}
	data, err := paper.ReadOwn(o.data)
	if err != nil {
		return err
	}
	if err := writable(o.out, elsewhere); err != nil {
		return err
	}
	own := paper.DefaultOwn(data, o.updates, o.steps)
	var seeds []uint64
	for s := range o.seeds {
		seeds = append(seeds, uint64(s))
	}
	m := newMeter(a.progress, a.terminal, "learn", time.Now())
	var rows tidy.Table
	losses := map[uint64]paper.Learned{}
	out, err := paper.RunAll(ctx, keeping{own, losses}, seeds, paper.Options{Jobs: 1}, m.set)
	m.end()
	if err != nil {
		return err
	}
	rows = out.Rows
	if err := os.MkdirAll(o.out, 0o777); err != nil {
		return err
	}
	path := filepath.Join(o.out, "learn.csv")
	if err := rows.WriteFile(path); err != nil {
		return err
	}
	for seed, l := range losses {
		rate := rows.Where(tidy.Seed(seed), tidy.Metric("rate"))[0].Value
		e := export.Loss{Name: l.Name, Sees: "prediction, target, both standardized", Learner: own.Learner(rate), Phi: l.Phi}
		if err := e.Write(filepath.Join(o.out, fmt.Sprintf("loss-%d", seed))); err != nil {
			return err
		}
	}
	return a.compare(own, rows, seeds, o)
}

// keeping keeps the losses of a run; its seeds run one after the other.
type keeping struct {
	paper.Own
	losses map[uint64]paper.Learned
}

func (k keeping) Run(ctx context.Context, in paper.Input, report func(done, total int)) (paper.Output, error) {
	out, err := k.Own.Run(ctx, in, report)
	if err == nil && len(out.Losses) == 1 {
		phi := nn.Params{}
		for _, p := range out.Losses[0].Phi {
			phi = append(phi, ad.New(p.Rows, p.Cols, p.Data))
		}
		k.losses[in.Seed] = paper.Learned{Name: out.Losses[0].Name, Phi: phi}
	}
	return out, err
}

// compare prints the errors on the tasks that were held out.
func (a *app) compare(own paper.Own, rows tidy.Table, seeds []uint64, o learnOptions) error {
	t := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "SEED\tTASK HELD OUT\tMSE, LEARNED LOSS\tMSE, TASK LOSS AT ITS BEST RATE")
	var effects []float64 // log10 of the ratio, mean over a seed's tasks
	for _, seed := range seeds {
		names := own.Held(seed)
		learned, best := paper.OwnEnds(rows, seed, o.steps, len(names))
		sum := 0.0
		for k, name := range names {
			fmt.Fprintf(t, "%d\t%.40s\t%s\t%s\n", seed, name, errorText(learned[k]), errorText(best[k]))
			sum += math.Log10(best[k]) - math.Log10(learned[k])
		}
		effects = append(effects, sum/float64(len(names)))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	mean, ok := 0.0, true
	for _, e := range effects {
		ok = ok && !math.IsNaN(e) && !math.IsInf(e, 0)
		mean += e / float64(len(effects))
	}
	if !ok {
		_, err := fmt.Fprintln(a.out, "a descent diverged, or fits without error: the ratio is no number")
		return err
	}
	verdict := "lower"
	if mean < 0 {
		verdict = "higher"
	}
	_, err := fmt.Fprintf(a.out, "after %d steps, on tasks not seen, the error of the learned loss is %s by a factor of %.3g (geometric mean over tasks and %d seeds)\n", o.steps, verdict, math.Pow(10, math.Abs(mean)), len(seeds))
	return err
}

// errorText is an error at the end of a descent.
func errorText(x float64) string {
	if math.IsInf(x, 1) {
		return "diverged"
	}
	return fmt.Sprintf("%.4g", x)
}
