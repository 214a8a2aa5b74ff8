package notebook

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"ml3/mllib/ad"
	"ml3/mllib/fig"
	"ml3/mllib/meta"
	"ml3/mllib/nn"
	"ml3/mllib/paper"
	"ml3/mllib/random"
	"ml3/mllib/tidy"
)

// panics returns what f panics with, nil if it does not.
func panics(f func()) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = r.(error)
		}
	}()
	f()
	return nil
}

// said returns what f prints.
func said(t *testing.T, f func()) string {
	t.Helper()
	old := os.Stdout
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	os.Stdout = w
	done := make(chan string)
	go func() { text, _ := io.ReadAll(r); done <- string(text) }()
	func() {
		defer func() { os.Stdout = old; w.Close() }()
		f()
	}()
	return <-done
}

// clone makes a folder of a clone with the data that quick runs need, and goes to
// its folder of notebooks.
func clone(t *testing.T) {
	t.Helper()
	data, err := filepath.Abs("../../data")
	if err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	for _, dir := range []string{"notebooks", "data/seeds"} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"robots", "reference"} {
		if err := os.Symlink(filepath.Join(data, name), filepath.Join(root, "data", name)); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(filepath.Join(root, "notebooks"))
}

func line() fig.Plot {
	return Plot("A line", "x (m)", "y", fig.Curve{Style: fig.LineStyle(fig.Blue, fig.Solid, fig.Circle), X: []float64{0, 1}, Y: []float64{0, 2}})
}

// TestOutsideOfANotebook: nothing is written, and the error says why.
func TestOutsideOfANotebook(t *testing.T) {
	p := Value(line().Panel())
	for name, f := range map[string]func(){
		"Show":      func() { Show(p, p) },
		"ShowPlots": func() { ShowPlots(line()) },
		"ShowGIF":   func() { ShowGIF([]fig.Panel{p}, time.Second) },
	} {
		var err error
		if text := said(t, func() { err = panics(f) }); !errors.Is(err, errNoNotebook) || text != "" {
			t.Errorf("%s: error %v, output %q", name, err, text)
		}
	}
	if text := said(t, func() { Progress("outside")(1, 2) }); text != "" {
		t.Errorf("a bar outside: %q", text)
	}
}

// TestErrorsOfPictures come before that of the notebook.
func TestErrorsOfPictures(t *testing.T) {
	for want, f := range map[string]func(){
		"0 panels":         func() { Show() },
		"nothing to draw":  func() { ShowPlots(Plot("empty", "x", "y")) },
		"no frames":        func() { ShowGIF(nil, time.Second) },
		"unknown experime": func() { Experiment("cosine") },
		"no such file":     func() { clone(t); Stored("sine") },
	} {
		if err := panics(f); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

// TestWithStored: what is not stored is said in a line, what is stored is used.
func TestWithStored(t *testing.T) {
	clone(t)
	used := 0
	use := func(r Results) { used += len(r.Rows) }
	if text := said(t, func() { WithStored("sine", use) }); used != 0 || !strings.Contains(text, "run sine --profile paper") {
		t.Errorf("%d rows, %q", used, text)
	}
	row := tidy.Row{Experiment: "sine", Method: "learned", Task: "split=meta-train", Metric: "mse", Value: 1}
	Results{Experiment("sine"), tidy.Table{row}, nil}.write(filepath.Join(Data, "results"))
	if text := said(t, func() { WithStored("sine", use) }); used != 1 || text != "" {
		t.Errorf("%d rows, %q", used, text)
	}
}

// TestLoss: a stored loss is the one that a training of the paper's profile names; what
// is not there is said with what to do.
func TestLoss(t *testing.T) {
	clone(t)
	phi := nn.Params{ad.New(1, 2, []float64{0.1, -3}), ad.Scalar(5)}
	name := paper.Training{Method: "learned", Task: "split=meta-train"}.LossName()
	data := Value(paper.EncodeLosses("sine", 4, []paper.Learned{{Name: name, Phi: phi}}))
	path := filepath.Join(Data, "losses", "sine", "4.safetensors")
	Must(os.MkdirAll(filepath.Dir(path), 0o755))
	Must(os.WriteFile(path, data, 0o644))
	got := Loss("sine", 4, name)
	for i, v := range phi {
		if len(got) != len(phi) || got[i].Rows != v.Rows || !slices.Equal(got[i].Data, v.Data) {
			t.Fatalf("φ is %v, want %v", got, phi)
		}
	}
	for want, f := range map[string]func(){
		"run sine --profile paper computes": func() { Loss("sine", 5, name) },
		"there are " + name:                 func() { Loss("sine", 4, "method=learned") },
		"unknown experiment":                func() { Loss("cosine", 4, name) },
	} {
		if err := panics(f); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	if err := panics(func() { Loss("sine", 5, name) }); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
}

func TestMustAndValue(t *testing.T) {
	bad := errors.New("bad")
	if err := panics(func() { Must(bad) }); err != bad {
		t.Errorf("Must panics with %v", err)
	}
	if err := panics(func() { Value(1, bad) }); err != bad {
		t.Errorf("Value panics with %v", err)
	}
	Must(nil)
	if Value("v", nil) != "v" {
		t.Error("Value is not the value")
	}
}

func TestProgressHTML(t *testing.T) {
	got := progressHTML("sine <3>", 25, 100, 10*time.Second)
	if want := `sine &lt;3&gt; <progress value="25" max="100"></progress> 25 of 100, 10s, 30s left`; got != want {
		t.Errorf("%s", got)
	}
	got = progressHTML("sine", 100, 100, 10*time.Second)
	if want := `sine <progress value="100" max="100"></progress> 100 of 100`; got != want {
		t.Errorf("finished: %s", got)
	}
}

func TestPlotIsUsual(t *testing.T) {
	p := line()
	if p.Width != fig.PanelWidth || p.Height != fig.PanelHeight || p.Title != "A line" || p.X.Label != "x (m)" || len(p.Layers) != 1 {
		t.Errorf("%+v", p)
	}
}

// TestSlope: of x² + 3xy the gradient is (2x + 3y, 3x); a wrong gradient is seen.
func TestSlope(t *testing.T) {
	phi := nn.Params{ad.Scalar(1.5), ad.Scalar(-0.5)}
	f := func(p nn.Params) float64 { x, y := p[0].Item(), p[1].Item(); return x*x + 3*x*y }
	a, b := Slope(f, phi, []*ad.Value{ad.Scalar(2*1.5 - 1.5), ad.Scalar(4.5)}, 1e-4, random.Stream(1, "u"))
	if math.Abs(a-b) > 1e-9 || a == 0 {
		t.Errorf("slopes %v and %v", a, b)
	}
	a, b = Slope(f, phi, []*ad.Value{ad.Scalar(1.5), ad.Scalar(-4.5)}, 1e-4, random.Stream(1, "u"))
	if math.Abs(a-b) < 1 {
		t.Errorf("a wrong gradient has the slopes %v and %v", a, b)
	}
	if phi[0].Item() != 1.5 || phi[1].Item() != -0.5 {
		t.Error("φ has changed")
	}
}

// valley is the task of finding the lowest point of (θ − 2)².
type valley struct{ start float64 }

func (v valley) Init(tape *ad.Tape, _ *rand.Rand) nn.Params       { return nn.Params{tape.Scalar(v.start)} }
func (v valley) Features(theta nn.Params, _ *rand.Rand) *ad.Value { return theta[0] }
func (v valley) Loss(theta nn.Params, _ *rand.Rand) *ad.Value {
	return ad.Square(ad.AddScalar(-2, theta[0]))
}

// TestDescend: each step at rate 1/4 halves the distance to the lowest point.
func TestDescend(t *testing.T) {
	theta := Descend(meta.Objective(meta.TaskLoss).At(0.25), valley{10}, 3, nil)
	if got := theta[0].Item(); math.Abs(got-3) > 1e-12 {
		t.Errorf("from 10 three steps lead to %v, want 3", got)
	}
	if err := panics(func() { Descend(meta.Objective(meta.TaskLoss).At(1e200), valley{10}, 9, nil) }); err == nil || !strings.Contains(err.Error(), "diverged") {
		t.Errorf("a huge rate: %v", err)
	}
}

// TestTrain is the loop of a trainer written out, and sees every step once.
func TestTrain(t *testing.T) {
	training := paper.Training{Method: "learned", Task: "split=meta-train", Learner: meta.Loss{Rate: 0.1,
		Net: nn.MLP{Sizes: []int{1, 3, 1}, Hidden: ad.Tanh, Out: nn.Linear, Bias: true, Weights: nn.Xavier}},
		Draw:   func(rng *rand.Rand) meta.Task { return valley{10 * rng.Float64()} },
		Config: meta.TrainConfig{OuterSteps: 20, Unroll: 1, Lifetime: 5, Population: 2, Outer: nn.DefaultAdam(0.01), Clip: math.Inf(1)},
		Init:   "φ", Stream: "tasks"}
	var steps []int
	before, after := Train(training, 3, func(tr *meta.Trainer) { steps = append(steps, tr.Step()) })
	tr := training.Trainer(3)
	first := tr.Phi().Clone()
	for tr.Next(t.Context()) {
	}
	for i := range after {
		if !slices.Equal(before[i].Data, first[i].Data) || !slices.Equal(after[i].Data, tr.Phi()[i].Data) {
			t.Errorf("φ[%d] from %v to %v, want %v", i, before[i].Data, after[i].Data, tr.Phi()[i].Data)
		}
	}
	if slices.Equal(before[0].Data, after[0].Data) {
		t.Error("nothing was learned")
	}
	if len(steps) != 21 || steps[0] != 0 || steps[20] != 20 {
		t.Errorf("steps %v", steps)
	}
}

// TestQuick: settings are those of the quick profile.
func TestQuick(t *testing.T) {
	if s := Quick[paper.Sine]("sine"); s.TestTasks != Experiment("sine").Quick.(paper.Sine).TestTasks || s.TestTasks == Experiment("sine").Paper.(paper.Sine).TestTasks {
		t.Errorf("%d test tasks", s.TestTasks)
	}
	if err := panics(func() { Quick[paper.Digits]("sine") }); err == nil {
		t.Error("the settings of another experiment")
	}
}

// TestRecompute: a run replaces what is stored, whatever it is; the tables are those
// of the experiment, are read back as they were, fill figures and are judged.
func TestRecompute(t *testing.T) {
	if testing.Short() {
		t.Skip("meta-trains")
	}
	clone(t)
	stale := tidy.Table{{Experiment: "sine", Method: "learned", Seed: 7, Task: "split=old", Metric: "mse", Value: 1}}
	Results{Experiment("sine"), stale, stale}.write(ownFolder())
	var r Results
	text := said(t, func() { r = Recompute("sine", 4) })
	if want := fmt.Sprintf("sine: %d rows and %d rows of pictures of 1 seeds\n", len(r.Rows), len(r.Pictures)); text != want {
		t.Errorf("said %q", text)
	}
	if len(r.Rows.Where(tidy.Task("split=old"))) > 0 || !slices.Equal(r.Rows.Seeds(), []uint64{4}) {
		t.Errorf("the stored rows were served: seeds %v", r.Rows.Seeds())
	}
	if _, err := os.Stat(filepath.Join(Data, "results", "quick")); !os.IsNotExist(err) {
		t.Errorf("the folder of ml3 run is there: %v", err)
	}
	if again := Fresh("sine"); !slices.Equal(again.Rows, r.Rows.Sorted()) || !slices.Equal(again.Pictures, r.Pictures.Sorted()) {
		t.Error("the tables in data/results/notebook are others")
	}
	theirs := r.data().Rows.Where(tidy.Method("reference"))
	if len(theirs) == 0 || len(r.Rows.Where(tidy.Method("reference"))) > 0 {
		t.Errorf("%d rows of the authors to draw; there must be none in the table", len(theirs))
	}
	if p := r.Figure("fig2-sine-test"); p.Name != "fig2-sine-test" {
		t.Errorf("the figure is called %q", p.Name)
	}
	if err := panics(func() { r.Figure("fig3") }); err == nil || !strings.Contains(err.Error(), "fig2-sine") {
		t.Errorf("no such figure: %v", err)
	}
	if err := panics(func() { r.Show("fig2-sine-test") }); !errors.Is(err, errNoNotebook) {
		t.Errorf("shown outside: %v", err)
	}
	verdicts := said(t, r.Judge)
	for _, c := range r.Experiment.Claims {
		if !strings.Contains(verdicts, c.ID+" ") {
			t.Errorf("no verdict on %s in %q", c.ID, verdicts)
		}
	}
	if strings.Count(verdicts, "inconclusive") != len(r.Experiment.Claims) { // one seed says nothing
		t.Errorf("one seed: %q", verdicts)
	}
}

// TestRecomputeSeeds: without seeds, those of the clone's list are run.
func TestRecomputeSeeds(t *testing.T) {
	clone(t)
	if err := panics(func() { Recompute("sine") }); err == nil || !strings.Contains(err.Error(), filepath.Join("seeds", "sine.csv")) {
		t.Errorf("without a list of seeds: %v", err)
	}
}
