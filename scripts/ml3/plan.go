package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strconv"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"ml3/scripts/ml3/store"
)

// planOptions are the flags of ml3 plan besides those of ml3 run.
type planOptions struct {
	runOptions
	shards int
	csv    bool
}

func (a *app) planCommand() *cobra.Command {
	var o planOptions
	c := &cobra.Command{
		Use:   "plan [experiment...]",
		Short: "List the jobs of a run, one a seed, with their expected time and memory",
		Long: `List the jobs of ml3 run with the same arguments, one for each seed of an experiment:
which are done, and what the others are expected to need, by the stored results of
the paper profile (one core; the median time and the most memory of an experiment's
seeds). With --shards also how ml3 run --shard i/n divides them: every shard gets
about the same time. Nothing is computed or changed.`,
		Example: `  ml3 plan --profile paper
  ml3 plan --profile paper --shards 20 --out /shared/ml3
  ml3 plan --profile paper --csv`,
		ValidArgsFunction: a.completeExperiments,
		RunE: func(_ *cobra.Command, names []string) error {
			return a.printPlan(names, o)
		},
	}
	o.jobs = 1
	c.Flags().StringVar(&o.profile, "profile", profileQuick, profileUsage)
	c.Flags().StringVar(&o.seeds, "seeds", "", seedsUsage)
	c.Flags().StringVar(&o.out, "out", "", "look for what is done in this `folder`")
	c.Flags().BoolVar(&o.fresh, "fresh", false, "as if nothing were done but by ml3 run --fresh")
	c.Flags().IntVar(&o.shards, "shards", 1, "how many shards to divide the jobs among")
	c.Flags().BoolVar(&o.csv, "csv", false, "print every job, as CSV")
	return c
}

// planned is a job of the plan.
type planned struct {
	cell
	experiment string
	shard      int
	state      string
}

// The states of a job.
const (
	jobDone    = "done"
	jobMissing = "missing"
	jobRefused = "refused" // ml3 run says why, and computes nothing of the experiment
)

// jobStates returns the states of the seeds of each job, and notes why a job would be
// refused.
func (a *app) jobStates(jobs []store.Job, to places, fresh bool) []func(seed uint64) string {
	states := make([]func(seed uint64) string, len(jobs))
	for i, j := range jobs {
		left, err := to.Remaining(j, fresh)
		if err != nil {
			a.note(j.Experiment.Name, oneLine(err.Error()))
			states[i] = func(uint64) string { return jobRefused }
			continue
		}
		todo := map[uint64]bool{}
		for _, seed := range left {
			todo[seed] = true
		}
		states[i] = func(seed uint64) string {
			if todo[seed] {
				return jobMissing
			}
			return jobDone
		}
	}
	return states
}

// printPlan prints the jobs of a run.
func (a *app) printPlan(names []string, o planOptions) error {
	if o.shards < 1 || o.shards > maxShards {
		return fmt.Errorf("--shards %d: give a number from 1 to %d", o.shards, maxShards)
	}
	jobs, to, err := a.plan(names, o.runOptions)
	if err != nil {
		return err
	}
	cells, err := a.matrix(jobs)
	if err != nil {
		return err
	}
	var all []planned
	states := a.jobStates(jobs, to, o.fresh)
	for i, of := range spread(cells, o.shards) {
		c := cells[i]
		all = append(all, planned{c, jobs[c.job].Experiment.Name, of, states[c.job](c.seed)})
	}
	if o.csv {
		return writePlan(a.out, all)
	}
	return describePlan(a.out, jobs, all, o.shards)
}

// writePlan writes every job as CSV; what is unknown is empty.
func writePlan(w io.Writer, all []planned) error {
	out := csv.NewWriter(w)
	out.Write([]string{"experiment", "seed", "shard", "state", "seconds", "memory_mb"})
	for _, p := range all {
		row := []string{p.experiment, strconv.FormatUint(p.seed, 10), strconv.Itoa(p.shard), p.state, "", ""}
		if p.cost.seconds > 0 {
			row[4] = strconv.FormatFloat(p.cost.seconds, 'f', 1, 64)
		}
		if p.cost.memory > 0 {
			row[5] = strconv.FormatInt(p.cost.memory>>20, 10)
		}
		out.Write(row)
	}
	out.Flush()
	return out.Error()
}

// describePlan prints a line for each experiment, and the work of the shards.
func describePlan(w io.Writer, jobs []store.Job, all []planned, shards int) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "EXPERIMENT\tJOBS\tMISSING\tSECONDS EACH\tMEMORY")
	missing, total, known := 0, 0.0, true
	work, count := make([]float64, shards), make([]int, shards)
	for i, j := range jobs {
		n, cost := 0, estimate{}
		for _, p := range all {
			if p.job != i {
				continue
			}
			cost = p.cost
			if p.state != jobMissing {
				continue
			}
			n, total, known = n+1, total+cost.seconds, known && cost.seconds > 0
			work[p.shard], count[p.shard] = work[p.shard]+cost.seconds, count[p.shard]+1
		}
		missing += n
		fmt.Fprintf(t, "%s\t%d\t%d\t%s\t%s\n", j.Experiment.Name, len(j.Seeds), n, orDash(cost.seconds, "%.0f"), orDash(float64(cost.memory)/(1<<20), "%.0f MB"))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(w, "%d of %d jobs are missing", missing, len(all))
	if known && missing > 0 {
		fmt.Fprintf(w, ": %.0f s on one core", total)
		if shards > 1 {
			fmt.Fprintf(w, ", the shards from %.0f to %.0f s", slices.Min(work), slices.Max(work))
		}
	}
	if shards > 1 {
		fmt.Fprintf(w, "; %d to %d jobs a shard", slices.Min(count), slices.Max(count))
	}
	_, err := fmt.Fprintln(w)
	return err
}

// orDash is a number that is known.
func orDash(x float64, format string) string {
	if x == 0 {
		return "–"
	}
	return fmt.Sprintf(format, x)
}

// joinOptions are the flags of ml3 join.
type joinOptions struct {
	runOptions
	experiments []string
	partial     bool
}

func (a *app) joinCommand() *cobra.Command {
	var o joinOptions
	c := &cobra.Command{
		Use:   "join [folder...]",
		Short: "Make tables of the parts that shards have computed",
		Long: `Make the tables of what ml3 run --shard has left: in the folder of the tables
itself, and in the folders named, if the shards had folders of their own. Tables,
learned losses, figures and verdicts are the same bytes as those of one ml3 run with
the same arguments.

Nothing is joined if something is missing, damaged, of other settings, of another
revision or contradicts another part: it is listed, and the exit status is 75 if
running the same shards again can help, 2 if not. --partial joins what there is.`,
		Example: `  ml3 join --profile paper --out /shared/ml3
  ml3 join from-machine-1 from-machine-2 --profile paper --out all
  ml3 join --experiment sine,digits --profile paper --out /shared/ml3`,
		RunE: func(c *cobra.Command, folders []string) error {
			return a.join(c.Context(), folders, o)
		},
	}
	c.Flags().StringVar(&o.profile, "profile", profileQuick, profileUsage)
	c.Flags().StringSliceVar(&o.experiments, "experiment", nil, "join these `experiments`, by default all")
	c.Flags().StringVar(&o.seeds, "seeds", "", seedsUsage)
	c.Flags().StringVar(&o.out, "out", "", "write tables to this `folder`, and the rest to folders in it")
	c.Flags().IntVar(&o.jobs, "jobs", runtime.NumCPU(), "how many figures to draw at a time")
	c.Flags().BoolVar(&o.fresh, "fresh", false, "join what ml3 run --shard --fresh computed, and replace what is there")
	c.Flags().BoolVar(&o.partial, "partial", false, "join what there is")
	return c
}
