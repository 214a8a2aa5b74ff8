package fig

import (
	"fmt"
	"math"
	"time"

	"ml3/mllib/tidy"
)

// The task of the mountain car that the figures show first: fresh initial
// policies, losses of the robust version.
const carTask = "robust/fresh policies"

// carTick is the time between two states of a drive, s.
const carTick = 0.1

// carGoal and the limits of the track, m.
const (
	carGoal  = 0.5
	carLeft  = -1.2
	carRight = 0.5
)

// carMethods lists the methods of the figures, what they are called there and how
// they look. The colours of the learned loss and of the task loss are those of
// every figure.
func carMethods() []carMethod {
	known := func(method string) Style { s, _, _ := Known(method); return s }
	return []carMethod{
		{"task loss", "descent on the task loss", known("task loss")},
		{"iLQR", "iLQR", LineStyle(Green, DashDot, Triangle)},
		{"learned without extra goal", "learned loss, no extra goal", LineStyle(Vermilion, LongDash, Cross)},
		{"learned", "learned loss, extra goal", known("learned")},
		{"reference without extra goal", "authors’ code: no extra goal", LineStyle(Gray, Dotted, NoMarker)},
		{"reference", "authors’ code: extra goal", known("reference")},
	}
}

type carMethod struct {
	method, label string
	style         Style
}

// mountainCar draws Fig. 6: (a) where the car drives after ten updates, on the hill
// and against time, (b) the final distance and the fraction of policies at the
// goal against updates, and the three together, animated. If their rows are there,
// further panels show more updates, and the released version.
func mountainCar(t tidy.Table) ([]Panel, error) {
	drives, err := carDrives(t, 10)
	if err != nil {
		return nil, err
	}
	hill, err := carHill(drives)
	if err != nil {
		return nil, err
	}
	times, err := carTimes(drives)
	if err != nil {
		return nil, err
	}
	panels := []Panel{hill, times}
	for _, c := range carCurves() {
		rows := t.Where(tidy.Task(c.task), tidy.Metric(c.metric), tidy.Steps(0, c.last))
		if c.optional && len(rows.Where(tidy.Method("learned"))) == 0 {
			continue
		}
		p, err := c.panel(rows)
		if err != nil {
			return nil, err
		}
		panels = append(panels, p)
	}
	all, err := Grid("fig6-car", 2, panels[:4]...)
	if err != nil {
		return nil, err
	}
	frames, err := carFrames(t)
	if err != nil {
		return nil, err
	}
	return append(panels, all.Moving(frames, 120*time.Millisecond)), nil
}

// carDrive is what one method does with the first fresh policy of the first seed:
// the position at each time step, m.
type carDrive struct {
	carMethod
	positions []float64
}

// carDrives returns the drives after the given number of updates.
func carDrives(t tidy.Table, updates int) ([]carDrive, error) {
	task := fmt.Sprintf("%s/drive %d", carTask, updates)
	rows := t.Where(tidy.Task(task), tidy.Metric("position"))
	if len(rows) == 0 {
		return nil, fmt.Errorf("fig: mountain car: no rows of task %q", task)
	}
	rows = rows.Where(tidy.Seed(rows.Seeds()[0]))
	var drives []carDrive
	for _, m := range carMethods()[:4] {
		s := rows.Where(tidy.Method(m.method)).Series()
		if len(s) != 1 {
			return nil, missing(rows, m.method)
		}
		drives = append(drives, carDrive{m, s[0].Values})
	}
	return drives, nil
}

// carHeight is the height of the track, sin 3p up to a factor: its slope is the
// pull cos 3p on the car.
func carHeight(p float64) float64 { return math.Sin(3 * p) }

// carScene is the hill with the goal.
func carScene(name, title string, layers ...Layer) Plot {
	hill := Curve{Style: LineStyle(Black, Solid, NoMarker)}
	for i := range 171 {
		p := carLeft + (carRight-carLeft)*float64(i)/170
		hill.X, hill.Y = append(hill.X, p), append(hill.Y, carHeight(p))
	}
	goal := Curve{Label: "goal", X: []float64{carGoal}, Y: []float64{carHeight(carGoal)},
		Style: Style{Color: Red, Dash: Invisible, Marker: Square, Every: true, Size: 4}}
	return Plot{
		Name: name, Title: title, Width: PanelWidth, Height: PanelHeight,
		X: Axis{Label: "position (m)", Limits: &[2]float64{-1.3, 0.6}}, Y: Axis{Label: "height (relative)", Limits: &[2]float64{-1.2, 2.6}},
		Layers: append([]Layer{hill, goal}, layers...),
	}
}

// carLift is how far above the hill the k-th method is drawn, so that none hides
// another.
func carLift(k int) float64 { return 0.1 + 0.16*float64(k) }

// carHill draws the drives on the hill: each method at its own height above it, a
// point at each time step and a large one at the last.
func carHill(drives []carDrive) (Panel, error) {
	var layers []Layer
	for k, d := range drives {
		trail := Curve{Label: d.label, Style: d.style.Scatter()}
		trail.Style.Size = 1.2
		for _, p := range d.positions {
			trail.X, trail.Y = append(trail.X, p), append(trail.Y, carHeight(p)+carLift(k))
		}
		line := Curve{X: trail.X, Y: trail.Y, Style: d.style.Thin()}
		n := len(d.positions) - 1
		end := Curve{X: trail.X[n:], Y: trail.Y[n:], Style: d.style.Scatter()}
		end.Style.Size = 4.2
		layers = append(layers, line, trail, end)
	}
	return carScene("fig6-car-trajectories", "(a) Car after 10 policy updates", layers...).Panel()
}

// carTimes draws the drives against time.
func carTimes(drives []carDrive) (Panel, error) {
	layers := []Layer{Rule{Label: "goal", At: carGoal, Style: LineStyle(Red, Dotted, NoMarker)}}
	for _, d := range drives {
		c := Curve{Label: d.label, Style: d.style, Y: d.positions}
		for i := range d.positions {
			c.X = append(c.X, carTick*float64(i))
		}
		layers = append(layers, c)
	}
	return Plot{
		Name: "fig6-car-positions", Title: "(a) Position after 10 policy updates", Width: PanelWidth, Height: PanelHeight,
		X: Axis{Label: "time (s)"}, Y: Axis{Label: "position (m)", Limits: &[2]float64{-1.2, 2}}, Layers: layers,
	}.Panel()
}

// carFrames is the drive of every method after 0, 3 and 10 updates.
func carFrames(t tidy.Table) ([]Panel, error) {
	var frames []Panel
	for _, updates := range []int{0, 3, 10} {
		drives, err := carDrives(t, updates)
		if err != nil {
			return nil, err
		}
		last := len(drives[0].positions) - 1
		for i := 0; i < last+12; i += 2 { // the last frame stays
			f, err := carFrame(drives, updates, min(i, last))
			if err != nil {
				return nil, err
			}
			frames = append(frames, f)
		}
	}
	return frames, nil
}

// carFrame has the cars at time step i with the way they came.
func carFrame(drives []carDrive, updates, i int) (Panel, error) {
	var layers []Layer
	for k, d := range drives {
		trail := Curve{Style: d.style.Thin()}
		for _, p := range d.positions[:i+1] {
			trail.X, trail.Y = append(trail.X, p), append(trail.Y, carHeight(p)+carLift(k))
		}
		car := Curve{Label: d.label, X: trail.X[i:], Y: trail.Y[i:], Style: d.style.Scatter()}
		car.Style.Size = 5
		layers = append(layers, trail, car)
	}
	p := carScene("frame", fmt.Sprintf("After %d policy updates, t = %.1f s", updates, carTick*float64(i)), layers...)
	p.Width, p.Height = 10, 8
	return p.Panel()
}

// carCurve is one panel against policy updates.
type carCurve struct {
	name, title, task, metric string
	last                      int // the last update shown
	optional                  bool
}

// carCurves lists the panels (b) first.
func carCurves() []carCurve {
	const distance, success, few, many = "final distance", "success", 20, 1 << 30
	const fresh, own = "released/fresh policies", "released/policy of meta-training"
	return []carCurve{
		{"fig6-car-distance", "(b) Final distance", carTask, distance, few, false},
		{"fig6-car-success", "(b) Policies at the goal at the last time step", carTask, success, few, false},
		{"fig6-car-success-long", "Policies at the goal, many updates", carTask, success, many, false},
		{"fig6-car-distance-released", "Released version, fresh policies", fresh, distance, few, true},
		{"fig6-car-success-released", "Released version, fresh policies", fresh, success, few, true},
		{"fig6-car-distance-released-own", "Released version, policy of meta-training", own, distance, few, true},
		{"fig6-car-success-released-own", "Released version, policy of meta-training", own, success, few, true},
		{"fig6-car-training-released", "Released version, meta-training", "released/meta-training", "task loss", many, true},
	}
}

// panel draws the mean over seeds with its 95 % interval. Meta-training has no
// rows of iLQR and of descent on the task loss. The curves of the authors' code
// are single runs and have no band.
func (c carCurve) panel(rows tidy.Table) (Panel, error) {
	var layers []Layer
	for i, m := range carMethods() {
		own := rows.Where(tidy.Method(m.method))
		if len(own) == 0 && (i >= 4 || c.metric == "task loss") {
			continue
		}
		l, err := Bands(own, CI95OverSeeds)
		if err != nil {
			return Panel{}, fmt.Errorf("fig: panel %s: %q: %w", c.name, m.method, err)
		}
		curve := l[0].(Curve)
		curve.Label, curve.Style = m.label, m.style
		if i >= 4 {
			curve.Low, curve.High, curve.Spread = nil, nil, ""
		}
		layers = append(layers, curve)
	}
	y := MetricAxis(rows)
	switch c.metric {
	case "final distance": // of states, not of places
		y.Label = "‖last state − goal‖ (m, m/s)"
		if len(rows.Where(tidy.Method("reference"))) == 0 { // which goes higher, and fills the legend
			y.Limits = &[2]float64{0, 2.3}
		}
	case "success":
		y = Axis{Label: "fraction of policies at the goal", Limits: &[2]float64{-0.04, 1.75}}
	}
	x := Axis{Label: "policy updates"}
	if c.metric == "task loss" {
		x.Label = "outer steps"
	}
	return Plot{
		Name: c.name, Title: c.title, Width: PanelWidth, Height: PanelHeight, X: x, Y: y, Layers: layers,
	}.Panel()
}
