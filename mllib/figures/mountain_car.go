package figures

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"ml3/mllib/fig"
	"ml3/mllib/paper"
	"ml3/mllib/tidy"
)

// car is the experiment of Fig. 6.
func car() paper.MountainCar { return settings[paper.MountainCar]("mountain-car") }

// carMethods are the methods of Fig. 6.
func carMethods() []string {
	return []string{paper.TaskLoss, paper.ILQR, paper.LearnedLoss, paper.LearnedShaped}
}

// carPanels is Fig. 6: (a) where the car drives after the last of the updates that
// are drawn, on the hill and against time, (b) the final distance and the fraction
// of policies at the goal against updates, and the four together, animated; then
// more updates, and the released version.
func carPanels() []panel {
	few := curves{methods: carMethods(), spread: fig.CI95OverSeeds, size: usual, last: 20}
	distance := func(name, title string, limits *[2]float64, task ...string) panel {
		c := few.of(title, "final distance", task...)
		c.y.Limits = limits
		return c.panel(name)
	}
	success := func(name, title string, last int, task ...string) panel {
		c := few.of(title, "success", task...)
		c.y.Limits, c.last = &[2]float64{-0.04, 1.75}, last // with room for the legend
		return c.panel(name)
	}
	near := &[2]float64{0, 2.3} // likewise
	robust, released := []string{"version", "robust", "start", "fresh"}, []string{"version", "released", "start", "fresh"}
	own := []string{"version", "released", "start", "meta-train policy"}
	training := few.of("Released version, meta-training", "task loss by outer step", "version", "released", "split", "meta-train")
	training.methods, training.last = carMethods()[2:], every // the others learn nothing
	all := []panel{
		carPanel("fig6-car-trajectories", carHill),
		carPanel("fig6-car-positions", carTimes),
		distance("fig6-car-distance", "(b) Final distance", near, robust...),
		success("fig6-car-success", "(b) Policies at the goal at the last time step", few.last, robust...),
		success("fig6-car-success-long", "Policies at the goal, many updates", every, robust...),
		distance("fig6-car-distance-released", "Released version, fresh policies", near, released...),
		success("fig6-car-success-released", "Released version, fresh policies", few.last, released...),
		distance("fig6-car-distance-released-own", "Released version, policy of meta-training", nil, own...),
		success("fig6-car-success-released-own", "Released version, policy of meta-training", few.last, own...),
		training.panel("fig6-car-training-released"),
	}
	return append(all, moving(grid("fig6-car", 2, all[:4]...), 120*time.Millisecond, carFrames))
}

// carRows are the positions of the first fresh policy of the first seed after the
// given number of updates.
func carRows(d Data, updates int) tidy.Table {
	task := tidy.TaskOf("version", "robust", "start", "fresh", "updates", strconv.Itoa(updates))
	return firstSeed(d.Pictures.Where(tidy.Task(task), tidy.Metric("position")))
}

// carDrive is what one method does: the position at each time step, m.
type carDrive struct {
	style     fig.Style
	label     string
	positions []float64
}

func carDrives(rows tidy.Table) ([]carDrive, error) {
	var drives []carDrive
	for _, m := range carMethods() {
		s := rows.Where(tidy.Method(m)).Series()
		if len(s) != 1 {
			return nil, missing(rows, m)
		}
		if n := len(s[0].Values); len(drives) > 0 && n != len(drives[0].positions) {
			return nil, fmt.Errorf("%d positions of %q beside %d of %q", n, m, len(drives[0].positions), carMethods()[0])
		}
		style, label := styleOf(m)
		drives = append(drives, carDrive{style, label, s[0].Values})
	}
	return drives, nil
}

// carPanel is a panel of the drives after the last of the updates that are drawn.
func carPanel(name string, plot func(drives []carDrive, updates int) fig.Plot) panel {
	updates := car().Drawn[len(car().Drawn)-1]
	return drawn(name, func(d Data) tidy.Table { return carRows(d, updates) }, func(d Data, rows tidy.Table) (fig.Panel, error) {
		drives, err := carDrives(rows)
		if err != nil {
			return fig.Panel{}, err
		}
		return plot(drives, updates).Panel()
	})
}

// carHeight is the height of the track, sin 3p up to a factor: its slope is the
// pull cos 3p on the car.
func carHeight(p float64) float64 { return math.Sin(3 * p) }

// trail is the way of drive k above the hill, each method at its own height so that
// none hides another.
func (d carDrive) trail(k, steps int) fig.Curve {
	c := fig.Curve{Style: d.style.Thin()}
	for _, p := range d.positions[:steps] {
		c.X, c.Y = append(c.X, p), append(c.Y, carHeight(p)+0.1+0.16*float64(k))
	}
	return c
}

// dots are the points of a curve from the given one on.
func dots(c fig.Curve, from int, label string, s fig.Style, size float64) fig.Curve {
	s = s.Scatter()
	s.Size = size
	return fig.Curve{Label: label, X: c.X[from:], Y: c.Y[from:], Style: s}
}

// carScene is the hill with the goal.
func carScene(title string, layers ...fig.Layer) fig.Plot {
	p := car().Problem
	hill := fig.Curve{Style: fig.LineStyle(fig.Black, fig.Solid, fig.NoMarker)}
	left, right := p.Car.MinPosition, p.Car.MaxPosition
	for i := range 171 {
		x := left + (right-left)*float64(i)/170
		hill.X, hill.Y = append(hill.X, x), append(hill.Y, carHeight(x))
	}
	goal := fig.Curve{Label: "goal", X: []float64{p.Goal[0]}, Y: []float64{carHeight(p.Goal[0])},
		Style: fig.Style{Color: fig.Red, Dash: fig.Invisible, Marker: fig.Square, Every: true, Size: 4}}
	return fig.Plot{Title: title, Width: usual[0], Height: usual[1], X: fig.Axis{Label: "position (m)", Limits: &[2]float64{-1.3, 0.6}},
		Y: fig.Axis{Label: "height (relative)", Limits: &[2]float64{-1.2, 2.6}}, Layers: append([]fig.Layer{hill, goal}, layers...)}
}

// carHill shows the drives on the hill: a point at each time step and a large one
// at the last.
func carHill(drives []carDrive, updates int) fig.Plot {
	var layers []fig.Layer
	for k, d := range drives {
		line := d.trail(k, len(d.positions))
		layers = append(layers, line, dots(line, 0, d.label, d.style, 1.2), dots(line, len(line.X)-1, "", d.style, 4.2))
	}
	return carScene(fmt.Sprintf("(a) Car after %d policy updates", updates), layers...)
}

// carTimes shows the drives against time.
func carTimes(drives []carDrive, updates int) fig.Plot {
	problem := car().Problem
	layers := []fig.Layer{fig.Rule{Label: "goal", At: problem.Goal[0], Style: truth(fig.Dotted)}}
	for _, d := range drives {
		c := fig.Curve{Label: d.label, Style: d.style, Y: d.positions}
		for i := range d.positions {
			c.X = append(c.X, problem.Car.Step*float64(i))
		}
		layers = append(layers, c)
	}
	return fig.Plot{Title: fmt.Sprintf("(a) Position after %d policy updates", updates), Width: usual[0], Height: usual[1],
		X: fig.Axis{Label: "time (s)"}, Y: fig.Axis{Label: "position (m)", Limits: &[2]float64{-1.2, 2}}, Layers: layers}
}

// carFrames are the cars with the way they came, every second time step, after each
// of the updates that are drawn.
func carFrames(d Data) ([]fig.Plot, error) {
	var frames []fig.Plot
	for _, updates := range car().Drawn {
		drives, err := carDrives(carRows(d, updates))
		if err != nil {
			return nil, fmt.Errorf("after %d updates: %w", updates, err)
		}
		last := len(drives[0].positions) - 1
		for i := 0; i < last+12; i += 2 { // the last frame stays
			now := min(i, last)
			var layers []fig.Layer
			for k, d := range drives {
				trail := d.trail(k, now+1)
				layers = append(layers, trail, dots(trail, now, d.label, d.style, 5))
			}
			p := carScene(fmt.Sprintf("After %d policy updates, t = %.1f s", updates, car().Problem.Car.Step*float64(now)), layers...)
			p.Width, p.Height = 10, 8
			frames = append(frames, p)
		}
	}
	return frames, nil
}
