package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"

	"github.com/spf13/cobra"

	"ml3/mllib/files"
	"ml3/mllib/paper"
	"ml3/scripts/ml3/store"
)

// verifyOptions are the flags of ml3 verify.
type verifyOptions struct {
	profile, from, seeds string
	rerun, figures       bool
	jobs                 int
}

func (a *app) verifyCommand() *cobra.Command {
	var o verifyOptions
	c := &cobra.Command{
		Use:   "verify [experiment...]",
		Short: "Check every byte of the stored results",
		Long: `Compare every byte of the stored tables and learned losses with the manifest, which
has a checksum for each seed and one of itself, and the verdicts and the description
of the data with what the tables give. A file that differs is named, with the seed
and the lines if it is a table. With --figures the figures are drawn again and
compared, which takes a minute.

With --rerun the seeds are computed again, in a folder that is removed afterwards, and
compared, bit for bit: all of the experiments named, or those that --seeds says.
Nothing that is stored is changed. Exit status 2 if anything differs.`,
		Example: `  ml3 verify
  ml3 verify --figures
  ml3 verify sine --rerun --seeds 2`,
		ValidArgsFunction: a.completeExperiments,
		RunE: func(c *cobra.Command, names []string) error {
			in, err := a.places(o.profile, o.from)
			if err != nil {
				return err
			}
			return a.verify(c.Context(), in, names, o)
		},
	}
	c.Flags().StringVar(&o.profile, "profile", profilePaper, profileUsage)
	c.Flags().StringVar(&o.from, "from", "", "look into this `folder`")
	c.Flags().BoolVar(&o.rerun, "rerun", false, "compute seeds again")
	c.Flags().StringVar(&o.seeds, "seeds", "", "of --rerun, "+seedsUsage)
	c.Flags().BoolVar(&o.figures, "figures", false, "draw figures again")
	c.Flags().IntVar(&o.jobs, "jobs", runtime.NumCPU(), "how many seeds or figures at a time")
	return c
}

// verify checks what is stored; what differs is joined in the error.
func (a *app) verify(ctx context.Context, in places, names []string, o verifyOptions) error {
	chosen, err := a.lookup(names)
	if err != nil {
		return err
	}
	if o.seeds != "" && !o.rerun {
		return fmt.Errorf("--seeds %s: the files of all seeds are checked; --rerun computes some of them again", store.Clip(o.seeds))
	}
	if o.jobs < 1 {
		return fmt.Errorf("--jobs %d: at least one seed must run at a time", o.jobs)
	}
	m, problems, err := in.VerifyManifest()
	if err != nil {
		return err
	}
	rows, losses := 0, 0
	for _, e := range chosen {
		r := m.Experiments[e.Name]
		if r == nil {
			if len(names) > 0 || exists(in.Table(e.Name)) {
				problems = append(problems, fmt.Sprintf("%s: the manifest knows nothing of it", e.Name))
			}
			continue
		}
		problems = append(problems, in.Verify(e.Name, r)...)
		for _, s := range r.Seeds {
			rows += s.Rows.Rows + s.Pictures.Rows
			if s.Losses != "" {
				losses++
			}
		}
	}
	if len(names) == 0 {
		strangers, err := in.Strangers(m)
		if err != nil {
			return err
		}
		for _, path := range strangers {
			problems = append(problems, a.relative(path)+" is not in the manifest")
		}
	}
	if len(problems) == 0 {
		problems, err = a.verifyMade(ctx, in, len(names) == 0, o)
		if err != nil {
			return err
		}
	}
	if len(problems) > 0 {
		var all []error
		for _, p := range problems {
			all = append(all, errors.New(p))
		}
		return errors.Join(all...)
	}
	fmt.Fprintf(a.out, "%d rows and %d files of learned losses are as the manifest says\n", rows, losses)
	if o.rerun {
		return a.rerun(ctx, in, m, chosen, o)
	}
	return nil
}

// verifyMade compares what is made of the tables with what they give now.
func (a *app) verifyMade(ctx context.Context, in places, all bool, o verifyOptions) (problems []string, err error) {
	if !all && !o.figures {
		return nil, nil
	}
	compare := func(path string, want []byte) {
		got, err := files.Read(path, maxMade)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			problems = append(problems, a.relative(path)+" is missing")
		case err != nil:
			problems = append(problems, err.Error())
		case !bytes.Equal(got, want):
			problems = append(problems, a.relative(path)+" is not what the tables give: ml3 claims --write and ml3 figures make it again")
		}
	}
	if all {
		verdicts, err := a.judge(in, nil)
		if err != nil {
			return nil, err
		}
		var text bytes.Buffer
		if err := writeClaims(&text, verdicts); err != nil {
			return nil, err
		}
		compare(in.claims, text.Bytes())
		if in.stored {
			text.Reset()
			if err := describeData(a.withTables(in)).write(&text); err != nil {
				return nil, err
			}
			compare(filepath.Join(a.root, "data", "datapackage.json"), text.Bytes())
		}
	}
	if !o.figures {
		return problems, nil
	}
	dir, err := os.MkdirTemp("", "ml3-verify-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	drawn := in
	drawn.figures = dir
	if err := a.figures(ctx, drawn, nil); err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		want, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			if e.IsDir() || e.Type()&fs.ModeType != 0 {
				continue
			}
			return nil, err
		}
		compare(filepath.Join(in.figures, e.Name()), want)
	}
	return problems, nil
}

// maxMade bounds a file that is made of the tables.
const maxMade = 64 << 20

// withTables are the experiments that have a table.
func (a *app) withTables(in places) []paper.Experiment {
	return slices.DeleteFunc(slices.Clone(a.experiments), func(e paper.Experiment) bool { return !exists(in.Table(e.Name)) })
}

// rerun computes stored seeds again and compares.
func (a *app) rerun(ctx context.Context, in places, m store.Manifest, chosen []paper.Experiment, o verifyOptions) error {
	dir, err := os.MkdirTemp("", "ml3-verify-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	again := under(dir)
	var jobs []store.Job
	for _, e := range chosen {
		r := m.Experiments[e.Name]
		if r == nil {
			continue
		}
		j, err := a.stored(e, r, o)
		if err != nil {
			return fmt.Errorf("%s: %w", e.Name, err)
		}
		if err := in.Check(j, false); err != nil { // other settings, data or processors
			return fmt.Errorf("%s cannot be computed again: %w", e.Name, err)
		}
		jobs = append(jobs, j)
	}
	errs := make([][]error, len(jobs))
	show := a.newProgress(jobs, o.profile)
	err = again.Run(ctx, jobs, store.Options{Jobs: o.jobs, Report: show.set, Note: a.note, Done: func(i int, res store.Result, err error) {
		name := jobs[i].Experiment.Name
		show.end(i, res, err, "")
		for _, e := range append(split(err), split(res.Failed)...) {
			errs[i] = append(errs[i], fmt.Errorf("%s: %w", name, e))
		}
	}})
	show.stop()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		return err
	}
	fresh, err := again.ReadManifest()
	if err != nil {
		return err
	}
	all, seeds := slices.Concat(errs...), 0
	for _, j := range jobs {
		name := j.Experiment.Name
		for _, seed := range j.Seeds {
			before, after := m.Experiments[name].Seed(seed), fresh.Experiments[name].Seed(seed)
			switch what := before.Compare(after); {
			case after.Error != "" || after.Rows.Rows == 0: // it failed, which is said
			case what != "":
				all = append(all, fmt.Errorf("%s: seed %d: computed again, %s are other ones", name, seed, what))
			default:
				seeds++
			}
		}
	}
	if len(all) == 0 {
		fmt.Fprintf(a.out, "%d seeds, computed again, give the same bytes\n", seeds)
	}
	return errors.Join(all...)
}

// stored is the job of the stored seeds of an experiment that are to be computed again.
func (a *app) stored(e paper.Experiment, r *store.Record, o verifyOptions) (store.Job, error) {
	seeds, err := a.seeds(e.Name, o.seeds)
	if err != nil {
		return store.Job{}, err
	}
	known, err := a.seeds(e.Name, "")
	if err != nil {
		return store.Job{}, err
	}
	var kept []uint64
	for _, seed := range seeds {
		if s := r.Seed(seed); s.Rows.Rows > 0 {
			kept = append(kept, seed)
		} else if o.seeds != "" {
			return store.Job{}, fmt.Errorf("seed %d is not stored", seed)
		}
	}
	return store.Job{Experiment: e, Run: runOf(e, o.profile), Profile: o.profile, Seeds: kept, First: known[0], Data: filepath.Join(a.root, "data")}, nil
}
