package main

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"ml3/mllib/paper"
	"ml3/scripts/ml3/export"
	"ml3/scripts/ml3/store"
)

// exportOptions are the flags of ml3 export.
type exportOptions struct {
	profile, from, seed, loss, out string
}

func (a *app) exportCommand() *cobra.Command {
	var o exportOptions
	c := &cobra.Command{
		Use:   "export experiment",
		Short: "Write a learned loss for numpy and PyTorch",
		Long: `Write a learned loss that is stored, as loss.safetensors, and ml3_loss.py, which
evaluates it in numpy and PyTorch, into a folder. An experiment that learns several
losses has names for them; without --loss, or with one that it does not have, they
are listed. A large loss is stored for the experiment's first seed only.`,
		Example: `  ml3 export digits --seed 3 --out my-loss
  ml3 export sine --loss "net=paper 40-40/split=meta-train/method=learned"`,
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: a.completeExperiments,
		RunE: func(_ *cobra.Command, args []string) error {
			return a.export(args[0], o)
		},
	}
	c.Flags().StringVar(&o.profile, "profile", profilePaper, profileUsage)
	c.Flags().StringVar(&o.from, "from", "", "read results in this `folder`")
	c.Flags().StringVar(&o.seed, "seed", "", "the `seed`, by default the experiment's first")
	c.Flags().StringVar(&o.loss, "loss", "", "the `name` of the loss, if there are several")
	c.Flags().StringVar(&o.out, "out", "learned-loss", "write to this `folder`")
	return c
}

// export writes one learned loss.
func (a *app) export(experiment string, o exportOptions) error {
	chosen, err := a.lookup([]string{experiment})
	if err != nil {
		return err
	}
	in, err := a.places(o.profile, o.from)
	if err != nil {
		return err
	}
	e := chosen[0]
	seeds, err := a.seeds(e.Name, "")
	if err != nil {
		return err
	}
	seed := seeds[0]
	if o.seed != "" {
		if seed, err = strconv.ParseUint(o.seed, 10, 64); err != nil {
			return fmt.Errorf("--seed %s: no seed; write a whole number", store.Clip(o.seed))
		}
	}
	path := in.Loss(e.Name, seed)
	names, err := paper.LossNames(path)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("no losses of %s with seed %d are stored (%s): compute them with ml3 run %s", e.Name, seed, a.relative(path), e.Name)
	}
	if err != nil {
		return err
	}
	name := o.loss
	if name == "" && len(names) == 1 {
		name = names[0]
	}
	if !slices.Contains(names, name) {
		return fmt.Errorf("%s has several losses; choose one with --loss: %s", e.Name, strings.Join(names, "; "))
	}
	phi, err := paper.ReadLoss(path, name)
	if err != nil {
		return err
	}
	learner, sees, err := paper.LearnerOf(runOf(e, o.profile), name)
	if err != nil {
		return err
	}
	if err := (export.Loss{Name: name, Sees: sees, Learner: learner, Phi: phi}).Write(o.out); err != nil {
		return err
	}
	fmt.Fprintf(a.progress, "%s, seed %d, in %s: it sees %s\n", name, seed, o.out, sees)
	return nil
}
