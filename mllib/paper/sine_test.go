package paper

import (
	"math"
	"os"
	"path/filepath"
	"testing"

	"ml3/mllib/nn"
	"ml3/mllib/random"
	"ml3/mllib/tidy"
)

func TestSineQuick(t *testing.T) {
	e := sineExperiment()
	table := quickTwice(t, e, e.Quick, []uint64{0, 1, 2})
	// Before any gradient step both objectives stand at the same θ₀.
	for _, task := range table.Where(tidy.Metric("mse")).Tasks() {
		at := table.Where(tidy.Metric("mse"), tidy.Task(task), tidy.Steps(0, 0))
		a, b := at.Where(tidy.Method("learned")), at.Where(tidy.Method("task loss"))
		for i := range a {
			if a[i].Value != b[i].Value {
				t.Errorf("%s: learned loss starts at %v, task loss at %v", task, a[i].Value, b[i].Value)
			}
		}
	}
}

// The tasks of the paper: y = sin(x − π) on [−2, 2]; amplitudes and phases of the
// test tasks within their bounds, found again from the data by least squares.
func TestSineTasks(t *testing.T) {
	s := sineExperiment().Paper.(Sine)
	train := s.TrainTask(nn.MLP{}, 3)
	for i, x := range train.X.Data {
		if math.Abs(x) > 2 || math.Abs(train.Y.Data[i]+math.Sin(x)) > 1e-15 {
			t.Fatalf("point %d: (%v, %v)", i, x, train.Y.Data[i])
		}
	}
	for k := range 10 {
		task := s.TestTask(nn.MLP{}, 3, k, 5)
		// A sin(x − ω) = a sin x + b cos x
		var ss, sc, cc, sy, cy float64
		for i, x := range task.X.Data {
			sin, cos, y := math.Sin(x), math.Cos(x), task.Y.Data[i]
			ss, sc, cc, sy, cy = ss+sin*sin, sc+sin*cos, cc+cos*cos, sy+sin*y, cy+cos*y
		}
		det := ss*cc - sc*sc
		amplitude := math.Hypot((cc*sy-sc*cy)/det, (ss*cy-sc*sy)/det)
		if amplitude < 0.2 || amplitude > 5 {
			t.Errorf("test task %d: amplitude %v", k, amplitude)
		}
	}
	if a, b := s.TestTask(nn.MLP{}, 3, 1, 5), s.TestTask(nn.MLP{}, 4, 1, 5); a.Y.Data[0] == b.Y.Data[0] {
		t.Error("two seeds have the same test task")
	}
}

// A network that draws what SineTask draws fits it: the loss of the true function is 0.
func TestRegressionLoss(t *testing.T) {
	task := SineTask(nn.MLP{Sizes: []int{1, 1}, Hidden: nn.Linear, Out: nn.Linear, Bias: true, Weights: nn.Xavier}, 0, 0, 1, 5, random.Stream(1, "t"))
	theta := task.Init(nil, random.Stream(1, "θ"))
	want := 0.0
	for _, x := range task.X.Data {
		want += math.Pow(theta[0].Item()*x+theta[1].Item(), 2) / 5
	}
	if got := task.Loss(theta, nil).Item(); math.Abs(got-want) > 1e-15 {
		t.Errorf("MSE %v, want %v", got, want)
	}
}

// The stored result agrees with the authors' own runs: at the ends of their curves
// the means over seeds differ by less than three standard errors of the difference.
func TestSineAgreesWithReference(t *testing.T) {
	data := filepath.Join("..", "..", "data")
	path := filepath.Join(data, "results", "sine.csv")
	if _, err := os.Stat(path); err != nil {
		t.Fatal(err)
	}
	ours, err := tidy.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := sineReference(data)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		task, metric string
		steps        []int
	}{
		{after(sineTrain("released 100-10"), 1), "mse by outer step", []int{0, 250, 490}},
		{sineTest("released 100-10", 5), "mse", []int{0, 20, 99}},
	} {
		for method, reference := range map[string]string{"learned": "reference", "task loss": "reference task loss"} {
			for _, step := range c.steps {
				at := []tidy.Filter{tidy.Task(c.task), tidy.Metric(c.metric), tidy.Steps(step, step)}
				_, a := ours.Where(append(at, tidy.Method(method))...).PerSeed()
				_, b := theirs.Where(append(at, tidy.Method(reference))...).PerSeed()
				if len(a) < 5 || len(b) < 5 {
					t.Fatalf("%s, %s, step %d: %d and %d seeds", c.task, method, step, len(a), len(b))
				}
				se := math.Sqrt(math.Pow(tidy.SD(a), 2)/float64(len(a)) + math.Pow(tidy.SD(b), 2)/float64(len(b)))
				if d := tidy.Mean(a) - tidy.Mean(b); math.Abs(d) > 3*se {
					t.Errorf("%s, %s, step %d: ours %.3f, theirs %.3f, standard error %.3f", c.task, method, step, tidy.Mean(a), tidy.Mean(b), se)
				}
			}
		}
	}
}
