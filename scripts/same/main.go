// Command same runs experiments for 25 updates of a learned loss and a few gradient
// steps with it, and prints a line for each: the SHA-256 of all it measured and of the
// loss. Builds for other processors, or without assembly, print the same lines, as
// long as they do not fuse x*y + z on their own (386, WebAssembly and amd64 do not).
// Where there are no fused instructions they are emulated, which takes seconds.
package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"os"

	"ml3/mllib/paper"
)

func main() {
	for _, e := range paper.All() {
		run := small(e.Quick)
		if run == nil {
			continue
		}
		line, err := fingerprint(e.Name, run)
		if err != nil {
			fmt.Fprintf(os.Stderr, "same: %s: %v\n", e.Name, err)
			os.Exit(1)
		}
		fmt.Println(line)
	}
}

// updates is the number of meta-steps.
const updates = 25

// small is an experiment of so many updates and few evaluations, nil if it is left out:
// digits need fonts, and the others read files or train ensembles first.
func small(run paper.Run) paper.Run {
	switch r := run.(type) {
	case paper.Sine: // networks of 40 and 100 units, ReLU, softplus
		versions := append([]paper.SineVersion{}, r.Versions...)
		for i := range versions {
			versions[i].Train.OuterSteps = updates
		}
		r.Versions, r.TestTasks, r.TestSteps, r.EvalEvery = versions, 1, 10, updates
		r.Ablation.OuterSteps, r.Ablation.EvalEvery = 2, 2
		return r
	case paper.ShapedSine: // sines, landscapes
		r.Train.OuterSteps = updates
		r.Frequencies, r.Starts, r.Steps, r.Snapshots = r.Frequencies[:2], 2, 10, 1
		return r
	case paper.MountainCar: // roll-outs through a differentiable world, iLQR
		versions := append([]paper.CarVersion{}, r.Versions[:1]...)
		versions[0].Train.OuterSteps = updates
		versions[0].Rates = nil
		r.Versions, r.Policies, r.Steps, r.Dense, r.Sparse, r.Drawn = versions, 1, 1, 1, 1, nil
		return r
	}
	return nil
}

// fingerprint is the line of an experiment.
func fingerprint(name string, run paper.Run) (string, error) {
	const seed = 1
	out, err := run.Run(context.Background(), paper.Input{Seed: seed}, func(int, int) {})
	if err != nil {
		return "", err
	}
	var all bytes.Buffer
	if err := out.Rows.Write(&all); err != nil {
		return "", err
	}
	if err := out.Pictures.Write(&all); err != nil {
		return "", err
	}
	losses, err := paper.EncodeLosses(name, seed, out.Losses)
	if err != nil {
		return "", err
	}
	all.Write(losses)
	return fmt.Sprintf("%s %d rows %d losses %x", name, len(out.Rows), len(out.Losses), sha256.Sum256(all.Bytes())), nil
}
