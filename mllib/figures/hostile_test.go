package figures

import (
	"context"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"runtime/metrics"
	"slices"
	"strings"
	"testing"
	"time"

	"ml3/mllib/fig"
	"ml3/mllib/tidy"
)

// No table takes more time or memory than these to draw all of its figures. The time
// is the processor's, since others may use it, too; what takes long and uses none hangs.
const (
	mostTime = 30 // s
	mostHeap = 500 << 20
	mostWait = 5 * time.Minute
)

// bounded runs f and fails if it takes longer or more memory than a table may.
func bounded(t testing.TB, what string, f func()) {
	t.Helper()
	done := make(chan struct{})
	start, heap := time.Now(), uint64(0)
	go func() { defer close(done); f() }()
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}, {Name: "/cpu/classes/user:cpu-seconds"}}
	metrics.Read(sample)
	before := sample[1].Value.Float64()
	for tick := time.NewTicker(5 * time.Millisecond); ; {
		select {
		case <-done:
			return
		case <-tick.C:
			metrics.Read(sample)
			heap = max(heap, sample[0].Value.Uint64())
		}
		wait, used := time.Since(start), sample[1].Value.Float64()-before
		if used > mostTime || heap > mostHeap || wait > mostWait {
			t.Fatalf("%s takes %v, %.1f s of the processor, and %d MB", what, wait, used, heap>>20)
		}
	}
}

// change makes hostile data of good ones.
type change struct {
	name string
	do   func(r *tidy.Row, i int, v float64, rng *rand.Rand)
}

var changes = []change{
	{"constant", func(r *tidy.Row, _ int, v float64, _ *rand.Rand) { r.Value = v }},
	{"ulps", func(r *tidy.Row, _ int, v float64, rng *rand.Rand) {
		r.Value = finite(math.Float64frombits(math.Float64bits(v) + rng.Uint64N(4)))
	}},
	{"bits", func(r *tidy.Row, _ int, _ float64, rng *rand.Rand) {
		r.Value = finite(math.Float64frombits(rng.Uint64()))
	}},
	{"scaled", func(r *tidy.Row, _ int, v float64, _ *rand.Rand) { r.Value = finite(r.Value * v) }},
	{"moved", func(r *tidy.Row, _ int, v float64, _ *rand.Rand) { r.Value = finite(r.Value + v) }},
	{"one of the values", func(r *tidy.Row, i int, v float64, rng *rand.Rand) {
		if i%97 == 13 {
			r.Value = v
		}
	}},
	{"subnormal", func(r *tidy.Row, _ int, _ float64, _ *rand.Rand) { r.Value *= 1e-310 }},
	{"±1e308", func(r *tidy.Row, i int, _ float64, _ *rand.Rand) { r.Value = math.Copysign(1e308, float64(i%2)-0.5) }},
	{"far steps", func(r *tidy.Row, _ int, v float64, rng *rand.Rand) { r.Step *= 1 + rng.IntN(1<<40) }},
	{"shifted steps", func(r *tidy.Row, _ int, _ float64, rng *rand.Rand) { r.Step += math.MaxInt64/2 - rng.IntN(2) }},
	{"seeds", func(r *tidy.Row, i int, _ float64, _ *rand.Rand) { r.Seed += uint64(i/50) << 50 }},
	{"tasks", func(r *tidy.Row, _ int, v float64, _ *rand.Rand) {
		r.Task = strings.NewReplacer("1", fmt.Sprint(v), "5", "-5e307").Replace(r.Task)
	}},
	{"many tasks", func(r *tidy.Row, i int, _ float64, _ *rand.Rand) {
		r.Task = strings.Replace(r.Task, "=", fmt.Sprintf("=%d", i/20), 1)
	}},
	{"methods", func(r *tidy.Row, i int, _ float64, _ *rand.Rand) {
		r.Method += strings.Repeat("ﷺ é\u202e", i%40/20)
	}},
}

func finite(v float64) float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return math.MaxFloat64
	}
	return v
}

// some keeps some of the rows: all, those of the first seed, of the first step,
// or a part of them.
func some(t tidy.Table, keep uint8, rng *rand.Rand) tidy.Table {
	if len(t) == 0 {
		return nil
	}
	seed, step := t[0].Seed, t[0].Step
	return slices.DeleteFunc(slices.Clone(t), func(r tidy.Row) bool {
		switch keep % 5 {
		case 1:
			return r.Seed != seed
		case 2:
			return r.Step != step
		case 3:
			return rng.IntN(8) == 0
		case 4:
			return rng.IntN(8) != 0
		}
		return false
	})
}

// FuzzFigures: whatever the values, steps, seeds and names of a table are, every
// figure is drawn or refused, in bounded time and memory.
func FuzzFigures(f *testing.F) {
	data := all()
	names := slices.Sorted(maps.Keys(data))
	for i := range names {
		for k := range changes {
			f.Add(uint8(i), uint8(k), uint8(i+k), uint8(i*k), 0.1)
		}
	}
	f.Add(uint8(0), uint8(0), uint8(0), uint8(0), 1.0000000000000006e17)
	f.Add(uint8(1), uint8(0), uint8(0), uint8(1), 5e-324)
	f.Fuzz(func(t *testing.T, experiment, rows, pictures, keep uint8, v float64) {
		name := names[int(experiment)%len(names)]
		rng := rand.New(rand.NewPCG(uint64(rows)<<8|uint64(pictures), math.Float64bits(v)))
		v = finite(v)
		d := data[name]
		d.Rows, d.Pictures = some(d.Rows, keep, rng), some(d.Pictures, keep/5, rng)
		a := changes[int(rows)%len(changes)]
		for i := range d.Rows {
			a.do(&d.Rows[i], i, v, rng)
		}
		what := fmt.Sprintf("%s with rows %q of %v", name, a.name, v)
		if int(pictures) < len(changes) { // half of the time as they are
			b := changes[pictures]
			for i := range d.Pictures {
				b.do(&d.Pictures[i], i, v, rng)
			}
			what += fmt.Sprintf(", pictures %q", b.name)
		}
		for _, table := range []tidy.Table{d.Rows, d.Pictures} {
			if table.Check() != nil {
				t.Skip("no table that is read has such rows")
			}
		}
		d.Rows, d.Pictures = d.Rows.Sorted(), d.Pictures.Sorted()
		bounded(t, what, func() { drawAll(t, name, d) })
	})
}

// drawAll draws every figure the data can fill, and of animations two frames.
func drawAll(t *testing.T, experiment string, d Data) {
	for _, name := range Names(experiment, d) {
		p, err := Draw(experiment, name, d)
		if err != nil {
			if text := err.Error(); strings.Contains(text, "\n") || len(text) > 1000 {
				t.Errorf("error of %d bytes: %.2000q", len(text), text)
			}
			continue
		}
		shown := []fig.Panel{p}
		if frames, _ := p.Frames(); len(frames) > 0 {
			shown = append(shown, frames[0], frames[len(frames)-1])
		}
		for _, p := range shown {
			p.Image(20)
		}
	}
}

// TestHostileFiles: values some ulps apart at full size, into files.
func TestHostileFiles(t *testing.T) {
	if testing.Short() {
		t.Skip("draws every figure")
	}
	for name, d := range all() {
		rng := rand.New(rand.NewPCG(1, 1))
		for i := range d.Rows {
			changes[1].do(&d.Rows[i], i, 0.1, rng)
		}
		bounded(t, name, func() { _ = Save(context.Background(), name, d, fig.Output{Dir: t.TempDir(), Jobs: 1}) })
	}
}
