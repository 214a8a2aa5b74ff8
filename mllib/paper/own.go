package paper

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"

	"ml3/mllib/ad"
	"ml3/mllib/files"
	"ml3/mllib/meta"
	"ml3/mllib/nn"
	"ml3/mllib/random"
	"ml3/mllib/tidy"
)

// OwnData are regression tasks of a reader.
type OwnData struct {
	Inputs []string // names of the columns x…
	Tasks  []OwnTask
}

// OwnTask is one of them.
type OwnTask struct {
	Name string
	X    [][]float64 // [n][inputs]
	Y    []float64   // [n]
}

// Bounds of a reader's table.
const (
	ownBytes    = 256 << 20
	minOwnTasks = 4 // two to learn from, and some to test
	minOwnRows  = 4 // of a task: two to fit, two to measure
)

// ReadOwn reads a CSV file with a header: the columns whose names begin with x are
// inputs, y is the target and task names what belongs together. Other columns, numbers
// that are not finite, fewer than four tasks or four rows of a task are errors that say
// where.
func ReadOwn(path string) (OwnData, error) {
	f, err := files.Open(path, ownBytes)
	if err != nil {
		return OwnData{}, err
	}
	defer f.Close()
	d, err := readOwn(f)
	if err != nil {
		return OwnData{}, fmt.Errorf("%s: %w", path, err)
	}
	return d, nil
}

func readOwn(r io.Reader) (OwnData, error) {
	var d OwnData
	in := csv.NewReader(r)
	header, err := in.Read()
	if errors.Is(err, io.EOF) {
		return d, errors.New("the file is empty; it needs a header such as x1,x2,y,task")
	}
	if err != nil {
		return d, err
	}
	y, task := -1, -1
	var xs []int
	for i, name := range header {
		switch name = strings.TrimSpace(strings.TrimPrefix(name, "\ufeff")); {
		case name == "y" && y < 0:
			y = i
		case name == "task" && task < 0:
			task = i
		case strings.HasPrefix(name, "x"):
			xs, d.Inputs = append(xs, i), append(d.Inputs, name)
		default:
			return d, fmt.Errorf("line 1: column %.40q is neither x…, y nor task, or there twice", name)
		}
	}
	if y < 0 || task < 0 || len(xs) == 0 {
		return d, fmt.Errorf("line 1: there must be columns x… (one or more), y and task, such as x1,x2,y,task")
	}
	places := map[string]int{}
	for {
		row, err := in.Read()
		if errors.Is(err, io.EOF) {
			return d, d.check()
		}
		if err != nil {
			return d, err
		}
		line, _ := in.FieldPos(0)
		k, known := places[row[task]]
		if !known {
			k = len(d.Tasks)
			places[row[task]] = k
			d.Tasks = append(d.Tasks, OwnTask{Name: row[task]})
		}
		t := &d.Tasks[k]
		values := make([]float64, len(xs)+1)
		for i, column := range append(append([]int{}, xs...), y) {
			v, err := strconv.ParseFloat(strings.TrimSpace(row[column]), 64)
			if err != nil || !finite(v) {
				return d, fmt.Errorf("line %d: %.40q in column %.40q is no finite number", line, row[column], header[column])
			}
			values[i] = v
		}
		t.X, t.Y = append(t.X, values[:len(xs)]), append(t.Y, values[len(xs)])
	}
}

// check says what is too little.
func (d OwnData) check() error {
	if len(d.Tasks) < minOwnTasks {
		return fmt.Errorf("%d tasks; to learn a loss and test it takes %d or more, named in the column task", len(d.Tasks), minOwnTasks)
	}
	for _, t := range d.Tasks {
		if len(t.Y) < minOwnRows {
			return fmt.Errorf("task %.40q has %d rows; half of them are fitted and half measured, so it takes %d or more", t.Name, len(t.Y), minOwnRows)
		}
	}
	return nil
}

// Own is regression on a reader's tasks. A quarter of the tasks is held out. In each
// task half the rows, drawn by the seed, are fitted and the others measured; inputs and
// target are standardized by the rows of the tasks that are not held out. The loss is
// learned so that a step on the fitted rows makes the measured ones better, and is
// compared, on the tasks that were held out, with the MSE at the rate that is best on
// the others.
type Own struct {
	Data   OwnData
	Net    nn.MLP // its inputs are those of the data
	Loss   nn.MLP // M_φ sees prediction and target
	Train  meta.TrainConfig
	Steps  int       // gradient steps of a test
	Rates  []float64 // of the MSE, to choose from; α of the learned loss is the one chosen
	RateOn int       // tasks that each rate is tried on
}

// DefaultOwn is Own at the sizes of the sine experiment.
func DefaultOwn(d OwnData, updates, steps int) Own {
	return Own{Data: d, Steps: steps, Rates: []float64{1e-3, 3e-3, 1e-2, 3e-2, .1, .3, 1}, RateOn: 4,
		Net:  nn.MLP{Sizes: []int{len(d.Inputs), 40, 40, 1}, Hidden: ad.ReLU, Out: nn.Linear, Bias: true, Weights: nn.TorchDefault},
		Loss: nn.MLP{Sizes: []int{2, 40, 40, 1}, Hidden: ad.ELU, Out: ad.Softplus, Bias: true, Weights: nn.Xavier},
		Train: meta.TrainConfig{OuterSteps: updates, Unroll: 1, Lifetime: steps, Population: 4,
			Outer: nn.DefaultAdam(1e-3), Decay: true, Clip: 1}}
}

// Learner is that of a seed, whose rate depends on the data.
func (o Own) Learner(rate float64) meta.Loss { return meta.Loss{Net: o.Loss, Rate: rate} }

// halved is a task of which some rows are fitted and others measured.
type halved struct {
	Regression            // the rows that are fitted: what M_φ sees, and the MSE
	measured   Regression // the others
	learning   bool       // the task loss is that of the rows that are measured, as in meta-training
}

var _ meta.Task = halved{}

// Loss is the MSE of the rows that are fitted, or of the others in meta-training.
func (h halved) Loss(theta nn.Params, rng *rand.Rand) *ad.Value {
	if h.learning {
		return h.measured.Loss(theta, rng)
	}
	return h.Regression.Loss(theta, rng)
}

// ownLab is one seed.
type ownLab struct {
	*lab
	Own
	tasks []halved
	held  int     // the tasks from here on are held out
	unit  float64 // square of the deviation of y
}

// The tasks of its rows.
const (
	ownTraining = "split=meta-train"
	ownTest     = "split=meta-test"
)

// Run recomputes one seed.
func (o Own) Run(ctx context.Context, in Input, report func(done, total int)) (Output, error) {
	l := ownLab{newLab(ctx, "own", in, o.Train.OuterSteps*o.Train.Population+(len(o.Rates)*o.RateOn+2*len(o.Data.Tasks)/4)*o.Steps, report), o, nil, 0, 0}
	l.split()
	best := l.best(search{name: BestRate, of: meta.TaskLoss, rates: o.Rates, starts: min(o.RateOn, l.held), end: l.rateEnd}, ownTraining)
	if l.err != nil {
		return l.out, l.err
	}
	rate := l.out.Rows[len(l.out.Rows)-1].Value
	m := l.learn(Training{Method: LearnedLoss, Task: ownTraining, Learner: o.Learner(rate), Draw: func(rng *rand.Rand) meta.Task {
		t := l.tasks[rng.IntN(l.held)]
		t.learning = true
		return t
	}, Config: o.Train, Init: "loss init", Stream: "meta-training"}, nil)
	for k := l.held; k < len(l.tasks); k++ {
		for _, method := range []Method{m, best} {
			l.curves(method, part(ownTest, "test", strconv.Itoa(k-l.held)), l.try(method, upTo(o.Steps), l.cell(k)), "mse")
		}
	}
	return l.out, l.err
}

// cell is the descent on a task, whose measured rows are measured.
func (l ownLab) cell(k int) cell {
	t := l.tasks[k]
	return cell{task: t, stream: fmt.Sprintf("optimizee %d", k), measure: func(theta nn.Params) []float64 {
		l.tape.Reset()
		return []float64{l.unit * t.measured.Loss(l.tape.Leaves(theta), nil).Item()}
	}}
}

// rateEnd is the error of a method at the end, on task k of meta-training.
func (l ownLab) rateEnd(m Method, k int) float64 { return l.try(m, []int{l.Steps}, l.cell(k)).end() }

// split shuffles tasks and rows, and standardizes.
func (l *ownLab) split() {
	order := l.stream("tasks").Perm(len(l.Data.Tasks))
	l.held = len(order) - max(1, len(order)/4)
	x, y := newMoments(len(l.Data.Inputs)), newMoments(1)
	for _, k := range order[:l.held] {
		t := l.Data.Tasks[k]
		for i := range t.Y {
			x.add(t.X[i])
			y.add(t.Y[i : i+1])
		}
	}
	l.unit = y.deviation(0) * y.deviation(0)
	for _, k := range order {
		t := l.Data.Tasks[k]
		rows := l.stream("rows of %s", t.Name).Perm(len(t.Y))
		part := func(rows []int) Regression {
			r := Regression{Net: l.Net, X: ad.Zeros(len(rows), len(l.Data.Inputs)), Y: ad.Zeros(len(rows), 1)}
			for i, row := range rows {
				for c, v := range t.X[row] {
					r.X.Data[i*r.X.Cols+c] = (v - x.mean(c)) / x.deviation(c)
				}
				r.Y.Data[i] = (t.Y[row] - y.mean(0)) / y.deviation(0)
			}
			return r
		}
		l.tasks = append(l.tasks, halved{Regression: part(rows[:len(rows)/2]), measured: part(rows[len(rows)/2:])})
	}
}

// moments are running means and variances of columns (Welford).
type moments struct {
	n     float64
	m, m2 []float64
}

func newMoments(columns int) *moments {
	return &moments{m: make([]float64, columns), m2: make([]float64, columns)}
}

func (s *moments) add(row []float64) {
	s.n++
	for c, v := range row {
		d := v - s.m[c]
		s.m[c] += d / s.n
		s.m2[c] += d * (v - s.m[c])
	}
}

func (s *moments) mean(c int) float64 { return s.m[c] }

// deviation is the standard deviation, 1 of a column that is constant.
func (s *moments) deviation(c int) float64 {
	if d := math.Sqrt(s.m2[c] / s.n); d > 0 && finite(d) {
		return d
	}
	return 1
}

// Held are the names of the tasks that a seed holds out, in the order of the rows' key
// test.
func (o Own) Held(seed uint64) []string {
	order := random.Stream(seed, "tasks").Perm(len(o.Data.Tasks))
	var names []string
	for _, k := range order[len(order)-max(1, len(order)/4):] {
		names = append(names, o.Data.Tasks[k].Name)
	}
	return names
}

// OwnEnds are the errors at the end of the tests of a seed: of the learned loss and of
// the MSE at its best rate, in the order of Held. A test that diverged is +Inf.
func OwnEnds(t tidy.Table, seed uint64, steps, tests int) (learned, best []float64) {
	ends := func(method string) []float64 {
		all := make([]float64, tests)
		for i := range all {
			all[i] = math.Inf(1)
		}
		for _, r := range t {
			if k, err := strconv.Atoi(tidy.TaskValue(r.Task, "test")); err == nil && r.Seed == seed && r.Method == method && r.Metric == "mse" && r.Step == steps && k < tests {
				all[k] = r.Value
			}
		}
		return all
	}
	return ends(LearnedLoss), ends(BestRate)
}
