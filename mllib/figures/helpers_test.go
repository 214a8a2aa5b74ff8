package figures

import (
	"flag"
	"fmt"
	"image"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ml3/mllib/fig"
	"ml3/mllib/paper"
	"ml3/mllib/tidy"
)

var regen = flag.Bool("regen", false, "write the images that the tests compare with")

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// rows are a table that grows.
type rows struct {
	experiment string
	table      tidy.Table
}

func (r *rows) add(method string, seed uint64, task string, step int, metric string, v float64) {
	r.table = append(r.table, tidy.Row{Experiment: r.experiment, Method: method, Seed: seed, Task: task, Step: step, Metric: metric, Value: v})
}

// sineData has every row of the sine experiment, three seeds, with invented values.
func sineData() Data {
	t, p := &rows{experiment: "sine"}, &rows{experiment: "sine"}
	for seed := range uint64(3) {
		for k := -1; k < 10; k++ {
			task, a, w, bound := fmt.Sprintf("split=meta-test/test=%d", k), 0.5*float64(k)+0.3*float64(seed), float64(k)-4, 5.
			if k < 0 {
				task, a, w, bound = "split=meta-train", 1, math.Pi, 2
			}
			t.add("data", seed, task, 0, "amplitude", a)
			t.add("data", seed, task, 0, "phase", w)
			for i := range 15 {
				x := bound * math.Sin(float64(7*i+k))
				p.add("data", seed, task, i, "x", x)
				p.add("data", seed, task, i, "y", a*math.Sin(x-w))
			}
		}
		for _, net := range []string{"net=paper 40-40/", "net=released 100-10/"} {
			for i := 0; i <= 500; i += 50 {
				for _, after := range []string{"after=1", "after=100"} {
					t.add("task loss", seed, net+"split=meta-train/"+after, i, "mse by outer step", 0.6+0.05*float64(seed))
					t.add("learned", seed, net+"split=meta-train/"+after, i, "mse by outer step", 0.6*math.Exp(-float64(i)/300)+0.04*float64(seed))
				}
			}
			for _, task := range []string{"split=meta-train", "split=meta-test/x=[-2,2]", "split=meta-test/x=[-5,5]"} {
				for i := range 101 {
					t.add("task loss", seed, net+task, i, "mse", 4.5-0.01*float64(i)+0.3*float64(seed))
					t.add("learned", seed, net+task, i, "mse", 1+3.5*math.Exp(-float64(i)/20)+0.3*float64(seed))
				}
			}
		}
		for i := 0; i <= 100; i += 10 {
			t.add("each step", seed, "study=each-step/after=10", i, "mse by outer step", 0.6*math.Exp(-float64(i)/30))
			t.add("once after all", seed, "study=each-step/after=10", i, "mse by outer step", 0.6*math.Exp(-float64(i)/300))
		}
	}
	for i := range 101 {
		t.add("reference", 0, "net=released 100-10/split=meta-test/x=[-5,5]", i, "mse", 2.3+2.4*math.Exp(-float64(i)/40))
		t.add("reference task loss", 0, "net=released 100-10/split=meta-test/x=[-5,5]", i, "mse", 4.65-0.0105*float64(i))
	}
	return Data{t.table, p.table}
}

// digitsData has every kind of row of the digits experiment, three seeds, with
// invented values: pictures are squares of growing size.
func digitsData() Data {
	t, p := &rows{experiment: "digits"}, &rows{experiment: "digits"}
	for seed := range uint64(3) {
		for k, task := range []string{"data=mnist/split=meta-train/pair=1-7", "data=mnist/split=meta-test/pair=0-5", "data=mnist/split=meta-test/pair=2-3"} {
			for class := range 2 {
				for y := 4; y < 12+4*k+6*class; y++ {
					for x := 4; x < 12+4*k; x++ {
						p.add("data", seed, fmt.Sprintf("%s/class=%d", task, class), 28*y+x, "ink", 255-float64(8*x))
					}
				}
			}
			for i, m := range []string{"task loss", "learned", "task loss, best rate", "scaled task loss"} {
				for step := 0; step <= 100; step += 10 {
					decay := math.Exp(-float64(i*step) / 60)
					t.add(m, seed, task, step, "cross-entropy", 0.7*decay+0.02*float64(seed))
					t.add(m, seed, task, step, "accuracy", 1-0.5*decay-0.01*float64(seed))
				}
			}
		}
		for step := 0; step <= 2000; step += 250 {
			for i, m := range []string{"task loss", "learned"} {
				decay := math.Exp(-float64(i*step) / 500)
				t.add(m, seed, "data=mnist/split=meta-train/pair=1-7/after=100", step, "cross-entropy by outer step", 0.7*decay+0.02*float64(seed))
				t.add(m, seed, "data=mnist/split=meta-train/pair=1-7/after=100", step, "accuracy by outer step", 1-0.5*decay-0.01*float64(seed))
			}
		}
	}
	return Data{t.table, p.table}
}

// shapedSineData has the rows of two seeds at two frequencies: parabolas for the
// shaped losses, waves for the others, distances that halve.
func shapedSineData() Data {
	t, p := &rows{experiment: "shaped-sine"}, &rows{experiment: "shaped-sine"}
	const points = 71
	theta := func(i int) float64 { return -7 + 0.2*float64(i) }
	for i := range points {
		p.add("grid", 0, "nu=all", i, "theta", theta(i))
	}
	landscape := func(t *rows, method string, seed uint64, task string, nu float64) {
		for i := range points {
			d := theta(i) - nu
			v := -math.Sin(5*d) / (5*d + 1e-9)
			if strings.Contains(method, "shaped") {
				v = 30 + d*d
			}
			t.add(method, seed, task, i, "landscape", v)
		}
	}
	for _, m := range []string{"learned shaped", "learned", "learned shaped without x", "learned without x", "task loss", "task loss, rate 0.1"} {
		for seed := range uint64(2) {
			for _, nu := range []float64{-3, 0.5} {
				if (nu == 0.5 || seed == 0) && m != "task loss, rate 0.1" {
					landscape(p, m, seed, fmt.Sprintf("nu=%g", nu), nu)
				}
				t.add(m, seed, fmt.Sprintf("nu=%g", nu), 8, "found", 0.5+nu/10+0.1*float64(seed))
			}
			for step := range 9 {
				t.add(m, seed, "nu=all", step, "median distance", math.Pow(0.5, float64(step)))
				t.add(m, seed, "nu=all", step, "found", 1-math.Pow(0.5, float64(step)))
			}
		}
		for step := range 9 {
			t.add(m, 0, "nu=0.5/start=3", step, "theta", 0.5+2.5*math.Pow(0.5, float64(step)))
		}
	}
	for _, n := range []int{0, 1000, 20} {
		landscape(p, "learned shaped", 0, fmt.Sprintf("nu=0.5/updates=%d", n), float64(n)/2000)
	}
	landscape(t, "reference shaped", 0, "nu=0.5", 0.7) // the authors' curves come as rows
	return Data{t.table, p.table}
}

// invdynData has three seeds of an arm with two joints.
func invdynData(experiment string) Data {
	t, p := &rows{experiment: experiment}, &rows{experiment: experiment}
	for k, m := range []string{"learned shaped", "learned", "task loss, best rate", "task loss", "power-weighted mse, best rate"} {
		for seed := range uint64(3) {
			for step := 0; step <= 200; step += 10 {
				v := math.Exp(-float64(step)/float64(40+20*k)) + 0.01*float64(seed+1)
				t.add(m, seed, "split=meta-test", step, "torque error", v)
				t.add(m, seed, "split=meta-test", step, "inertia error", v/2)
			}
			for update := 0; update <= 1000 && k < 2; update += 100 {
				t.add(m, seed, "split=meta-train/after=200", update, "torque error by outer step", math.Exp(-float64(update)/300))
				t.add(m, seed, "split=meta-train/after=200", update, "inertia error by outer step", math.Exp(-float64(update)/200))
			}
		}
	}
	for seed := range uint64(3) {
		t.add("constant", seed, "split=meta-test", 0, "torque error", 0.1+0.1*float64(seed))
		t.add("constant", seed, "split=meta-test", 0, "inertia error", 0.1)
	}
	for k, m := range []string{"truth", "learned shaped", "learned", "task loss, best rate"} {
		for j := range 2 {
			for i := range 50 {
				task := fmt.Sprintf("test=0/joint=%d", j+1)
				p.add(m, 0, task, i, "torque", (1+0.1*float64(k))*math.Sin(float64(i)/5)+1)
				if m == "truth" {
					p.add(m, 0, task, i, "bias", 1)
				}
			}
		}
		for i, v := range []float64{1, -0.3, -0.3, 0.5} {
			p.add(m, 0, "test=0", i, "scaled inertia", v*(1+0.1*float64(k)))
		}
	}
	for _, at := range []int{0, 2, 4, 6, 10} {
		for b := range 3 {
			angle, task := float64(at)/10, fmt.Sprintf("test=0/seconds=%d", at)
			p.add("arm", 0, task, b, "x", float64(b)*math.Cos(angle))
			p.add("arm", 0, task, b, "y", float64(b)*math.Sin(angle))
			p.add("arm", 0, task, b, "z", float64(b)*0.5)
		}
	}
	return Data{t.table, p.table}
}

// carData has every row of the mountain car, two seeds, with invented values;
// without the released version unless full.
func carData(full bool) Data {
	t, p := &rows{experiment: "mountain-car"}, &rows{experiment: "mountain-car"}
	tasks := []string{"version=robust/start=fresh"}
	if full {
		tasks = append(tasks, "version=released/start=fresh", "version=released/start=meta-train policy")
	}
	for seed := range uint64(2) {
		for i, m := range carMethods() {
			for _, task := range tasks {
				for step := 0; step <= 30; step += 5 {
					t.add(m, seed, task, step, "final distance", 1.5-float64(i*step)/100)
					t.add(m, seed, task, step, "success", float64(i*step)/90)
				}
			}
			for _, updates := range []int{0, 3, 10} {
				for step := range 36 {
					p.add(m, seed, fmt.Sprintf("version=robust/start=fresh/updates=%d", updates), step, "position", 0.4*math.Sin(float64(step)/6+float64(i)))
				}
			}
			if full && i >= 2 {
				t.add(m, seed, "version=released/split=meta-train", 0, "task loss by outer step", 8)
				t.add(m, seed, "version=released/split=meta-train", 300, "task loss by outer step", 7)
			}
		}
	}
	return Data{t.table, p.table}
}

// all are the data of all experiments.
func all() map[string]Data {
	return map[string]Data{"sine": sineData(), "digits": digitsData(), "shaped-sine": shapedSineData(),
		"invdyn-reacher": invdynData("invdyn-reacher"), "invdyn-sawyer": invdynData("invdyn-sawyer"), "mountain-car": carData(true),
		"mbrl-pointmass": pointmassData(), "mbrl-reacher": reacherData(), "expert-reacher": expertData(),
		"mfrl-reacher": freeData("mfrl-reacher"), "mfrl-ant": freeData("mfrl-ant")}
}

// without are the data without some rows.
func (d Data) without(f tidy.Filter) Data {
	return Data{d.Rows.Where(tidy.Not(f)), d.Pictures.Where(tidy.Not(f))}
}

func wants(t *testing.T, err error, texts ...string) {
	t.Helper()
	for _, s := range texts {
		if err == nil || !strings.Contains(err.Error(), s) {
			t.Errorf("error %v, want %q", err, s)
		}
	}
}

// compare compares a panel with testdata/name.png: at most 1 in 1000 pixels may
// differ by more than an eighth of the range, because curves may be rounded
// differently where the compiler fuses multiplications and additions.
func compare(t *testing.T, p fig.Panel) {
	t.Helper()
	got, path := p.Image(50), filepath.Join("testdata", p.Name+".png")
	if *regen {
		f := must(os.Create(path))
		defer f.Close()
		if err := png.Encode(f, got); err != nil {
			t.Fatal(err)
		}
		return
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatalf("%v; run the tests of this package with -regen and look at the result", err)
	}
	defer f.Close()
	want := must(png.Decode(f))
	if got.Bounds() != want.Bounds() {
		t.Fatalf("%s is %v, want %v", p.Name, got.Bounds(), want.Bounds())
	}
	if n, all := differing(got, want); n*1000 > all {
		t.Errorf("%s: %d of %d pixels differ from %s", p.Name, n, all, path)
	}
}

func differing(a, b image.Image) (n, all int) {
	r := a.Bounds()
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			all++
			ar, ag, ab, _ := a.At(x, y).RGBA()
			br, bg, bb, _ := b.At(x, y).RGBA()
			for _, d := range [3][2]uint32{{ar, br}, {ag, bg}, {ab, bb}} {
				if max(d[0], d[1])-min(d[0], d[1]) > 0xffff/8 {
					n++
					break
				}
			}
		}
	}
	return n, all
}

// experimentNames are those of package paper.
func experimentNames() (names []string) {
	for _, e := range paper.All() {
		names = append(names, e.Name)
	}
	return names
}
