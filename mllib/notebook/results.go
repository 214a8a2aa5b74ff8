package notebook

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"ml3/mllib/fig"
	"ml3/mllib/figures"
	"ml3/mllib/nn"
	"ml3/mllib/paper"
	"ml3/mllib/random"
	"ml3/mllib/tidy"
)

// Data is the data folder.
const Data = "../data"

// Results are the tables of an experiment.
type Results struct {
	Experiment paper.Experiment
	Rows       tidy.Table // what was measured
	Pictures   tidy.Table // what is drawn and not measured
}

// Experiment is the named experiment.
func Experiment(name string) paper.Experiment { return Value(paper.Lookup(name)) }

// Quick are the settings of the named experiment in its quick profile, which are
// plain fields.
func Quick[T paper.Run](name string) T { return Experiment(name).Quick.(T) }

// Stored are the tables of the paper's profile, in data/results.
func Stored(experiment string) Results { return read(experiment, filepath.Join(Data, "results")) }

// WithStored calls use with the tables of Stored if they are there, and otherwise says
// in a line how to get them.
func WithStored(experiment string, use func(Results)) {
	_, err := os.Stat(filepath.Join(Data, "results", experiment+".csv"))
	if errors.Is(err, fs.ErrNotExist) {
		fmt.Printf("%s: nothing is stored; go run ./scripts/ml3 run %s --profile paper computes it\n", experiment, experiment)
		return
	}
	Must(err)
	use(Stored(experiment))
}

// Loss are the stored parameters φ of a loss that a seed of the paper's profile
// learned, such as "net=paper 40-40/split=meta-train/method=learned", in data/losses;
// LossName of a paper.Training is its name. The error says how to get the file if it
// is not there, and which losses it has if not this one.
func Loss(experiment string, seed uint64, name string) nn.Params {
	e := Experiment(experiment)
	phi, err := paper.ReadLoss(paper.LossFile(filepath.Join(Data, "losses"), e.Name, seed), name)
	if errors.Is(err, fs.ErrNotExist) {
		err = fmt.Errorf("no learned losses of seed %d of %s are stored (%w); go run ./scripts/ml3 run %s --profile paper computes them", seed, e.Name, err, e.Name)
	}
	return Value(phi, err)
}

// Fresh are the tables that Recompute wrote last, in data/results/notebook.
func Fresh(experiment string) Results { return read(experiment, ownFolder()) }

// ownFolder is the notebooks' own folder of tables: data/results/quick is that of ml3
// run, with its manifest.
func ownFolder() string { return filepath.Join(Data, "results", "notebook") }

func read(experiment, folder string) Results {
	r := Results{Experiment: Experiment(experiment)}
	r.Rows = Value(tidy.ReadFile(filepath.Join(folder, experiment+".csv")))
	r.Pictures = Value(tidy.ReadFile(filepath.Join(folder, experiment+".pictures.csv")))
	return r
}

// Recompute runs the quick profile of an experiment now, whatever is stored, with a
// bar of progress: the given seeds, or those of data/seeds if none is given. The
// tables replace those in data/results/notebook, which is a folder of their own.
func Recompute(experiment string, seeds ...uint64) Results {
	e := Experiment(experiment)
	if len(seeds) == 0 {
		seeds = Value(random.ReadSeeds(filepath.Join(Data, "seeds", experiment+".csv")))
	}
	bar := Progress(experiment + ", % done:")
	out := Value(paper.RunAll(context.Background(), e.Quick, seeds, paper.Options{Data: Data, Jobs: runtime.NumCPU()},
		func(fraction float64) { bar(int(100*fraction), 100) }))
	r := Results{e, out.Rows, out.Pictures}
	r.write(ownFolder())
	fmt.Printf("%s: %d rows and %d rows of pictures of %d seeds\n", experiment, len(r.Rows), len(r.Pictures), len(seeds))
	return r
}

func (r Results) write(folder string) {
	Must(os.MkdirAll(folder, 0o755))
	Must(r.Rows.WriteFile(filepath.Join(folder, r.Experiment.Name+".csv")))
	Must(r.Pictures.WriteFile(filepath.Join(folder, r.Experiment.Name+".pictures.csv")))
}

// data are the tables with the authors' own curves, if there are any.
func (r Results) data() figures.Data {
	d := figures.Data{Rows: r.Rows, Pictures: r.Pictures}
	if r.Experiment.Reference != nil {
		d.Rows = append(d.Rows[:len(d.Rows):len(d.Rows)], Value(r.Experiment.Reference(Data))...)
	}
	return d
}

// Figure is the named figure of the tables, with the authors' own curves where there
// are any.
func (r Results) Figure(name string) fig.Panel {
	return Value(figures.Draw(r.Experiment.Name, name, r.data()))
}

// Show displays figures of the tables side by side.
func (r Results) Show(names ...string) {
	var panels []fig.Panel
	for _, name := range names {
		panels = append(panels, r.Figure(name))
	}
	Show(panels...)
}

// Judge prints what the tables say about each claim of the experiment: the outcome,
// the effect and its 95 % interval over seeds, and what the effect is.
func (r Results) Judge() {
	for _, c := range r.Experiment.Claims {
		v := Value(c.Judge(r.Rows))
		fmt.Printf("%-24s %-14s %+.3f  [%+.3f, %+.3f]\n    %s\n", c.ID, v.Outcome, v.Value, v.Low, v.High, v.Effect)
	}
}
