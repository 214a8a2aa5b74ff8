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

// carMethods are the methods of Fig. 6.
func carMethods() []string { return []string{"task loss", "iLQR", "learned", "learned shaped"} }

// carPanels is Fig. 6: (a) where the car drives after the last of the updates that
// are drawn, on the hill and against time, (b) the final distance and the fraction
// of policies at the goal against updates, and the four together, animated; then
// more updates, and the released version.
func carPanels() []panel {
	const distance, success, training = "final distance", "success", "task loss by outer step"
	const few = 20
	fresh := func(version string) []string { return []string{"version", version, "start", "fresh"} }
	own := []string{"version", "released", "start", "meta-train policy"}
	share, near := &[2]float64{-0.04, 1.75}, &[2]float64{0, 2.3} // with room for the legend
	all := []panel{carHill("fig6-car-trajectories"), carTimes("fig6-car-positions")}
	for _, p := range []struct {
		name, title string
		task        []string
		metric      string
		last        int
		limits      *[2]float64
	}{
		{"fig6-car-distance", "(b) Final distance", fresh("robust"), distance, few, near},
		{"fig6-car-success", "(b) Policies at the goal at the last time step", fresh("robust"), success, few, share},
		{"fig6-car-success-long", "Policies at the goal, many updates", fresh("robust"), success, every, share},
		{"fig6-car-distance-released", "Released version, fresh policies", fresh("released"), distance, few, near},
		{"fig6-car-success-released", "Released version, fresh policies", fresh("released"), success, few, share},
		{"fig6-car-distance-released-own", "Released version, policy of meta-training", own, distance, few, nil},
		{"fig6-car-success-released-own", "Released version, policy of meta-training", own, success, few, share},
		{"fig6-car-training-released", "Released version, meta-training", []string{"version", "released", "split", "meta-train"}, training, every, nil},
	} {
		c := curves{title: p.title, metric: p.metric, task: p.task, methods: carMethods(), spread: fig.CI95OverSeeds,
			size: usual, y: fig.Axis{Limits: p.limits}, last: p.last}
		if p.metric == training {
			c.methods = c.methods[2:] // the others learn nothing
		}
		all = append(all, c.panel(p.name))
	}
	whole := grid("fig6-car", 2, all[:4]...)
	still := whole.draw
	whole.draw = func(d Data) (fig.Panel, error) {
		p, err := still(d)
		if err != nil {
			return p, err
		}
		frames, err := carFrames(d)
		return p.Moving(frames, 120*time.Millisecond), err
	}
	return append(all, whole)
}

// carDrive is what one method does with the first fresh policy of the first seed:
// the position at each time step, m.
type carDrive struct {
	method    string
	positions []float64
}

func carPositions(d Data, updates int) tidy.Table {
	task := tidy.TaskOf("version", "robust", "start", "fresh", "updates", strconv.Itoa(updates))
	return firstSeed(d.Pictures.Where(tidy.Task(task), tidy.Metric("position")))
}

// carDrives are the drives after the given number of updates.
func carDrives(d Data, updates int) ([]carDrive, error) {
	rows := carPositions(d, updates)
	var drives []carDrive
	for _, m := range carMethods() {
		s := rows.Where(tidy.Method(m)).Series()
		if len(s) != 1 {
			return nil, fmt.Errorf("after %d updates: %w", updates, missing(rows, m))
		}
		drives = append(drives, carDrive{m, s[0].Values})
	}
	return drives, nil
}

// carPicture is a panel of the drives after the last of the updates that are drawn.
func carPicture(name string, plot func(car paper.MountainCar, drives []carDrive, updates int) fig.Plot) panel {
	car := settings[paper.MountainCar]("mountain-car")
	updates := car.Drawn[len(car.Drawn)-1]
	return panel{name: name, fills: func(d Data) bool { return len(carPositions(d, updates)) > 0 },
		draw: func(d Data) (fig.Panel, error) {
			drives, err := carDrives(d, updates)
			if err != nil {
				return fig.Panel{}, err
			}
			return plot(car, drives, updates).Panel()
		}}
}

// carHeight is the height of the track, sin 3p up to a factor: its slope is the
// pull cos 3p on the car.
func carHeight(p float64) float64 { return math.Sin(3 * p) }

// carTrail is the way of drive k above the hill, each method at its own height so
// that none hides another.
func carTrail(k int, positions []float64) fig.Curve {
	var c fig.Curve
	for _, p := range positions {
		c.X, c.Y = append(c.X, p), append(c.Y, carHeight(p)+0.1+0.16*float64(k))
	}
	return c
}

// carScene is the hill with the goal.
func carScene(p paper.CarProblem, title string, layers []fig.Layer) fig.Plot {
	hill := fig.Curve{Style: fig.LineStyle(fig.Black, fig.Solid, fig.NoMarker)}
	left, right := p.Car.MinPosition, p.Car.MaxPosition
	for i := range 171 {
		x := left + (right-left)*float64(i)/170
		hill.X, hill.Y = append(hill.X, x), append(hill.Y, carHeight(x))
	}
	goal := fig.Curve{Label: "goal", X: []float64{p.Goal[0]}, Y: []float64{carHeight(p.Goal[0])},
		Style: fig.Style{Color: fig.Red, Dash: fig.Invisible, Marker: fig.Square, Every: true, Size: 4}}
	return fig.Plot{Title: title, Width: usual[0], Height: usual[1],
		X: fig.Axis{Label: "position (m)", Limits: &[2]float64{-1.3, 0.6}}, Y: fig.Axis{Label: "height (relative)", Limits: &[2]float64{-1.2, 2.6}},
		Layers: append([]fig.Layer{hill, goal}, layers...)}
}

// carHill shows the drives on the hill: a point at each time step and a large one
// at the last.
func carHill(name string) panel {
	return carPicture(name, func(car paper.MountainCar, drives []carDrive, updates int) fig.Plot {
		var layers []fig.Layer
		for k, d := range drives {
			style, label := styleOf(d.method)
			line, n := carTrail(k, d.positions), len(d.positions)-1
			trail, end := line, fig.Curve{X: line.X[n:], Y: line.Y[n:], Style: style.Scatter()}
			line.Style, trail.Style, trail.Label = style.Thin(), style.Scatter(), label
			trail.Style.Size, end.Style.Size = 1.2, 4.2
			layers = append(layers, line, trail, end)
		}
		return carScene(car.Problem, fmt.Sprintf("(a) Car after %d policy updates", updates), layers)
	})
}

// carTimes shows the drives against time.
func carTimes(name string) panel {
	return carPicture(name, func(car paper.MountainCar, drives []carDrive, updates int) fig.Plot {
		layers := []fig.Layer{fig.Rule{Label: "goal", At: car.Problem.Goal[0], Style: truth(fig.Dotted)}}
		for _, d := range drives {
			c := fig.Curve{Y: d.positions}
			c.Style, c.Label = styleOf(d.method)
			for i := range d.positions {
				c.X = append(c.X, car.Problem.Car.Step*float64(i))
			}
			layers = append(layers, c)
		}
		return fig.Plot{Title: fmt.Sprintf("(a) Position after %d policy updates", updates), Width: usual[0], Height: usual[1],
			X: fig.Axis{Label: "time (s)"}, Y: fig.Axis{Label: "position (m)", Limits: &[2]float64{-1.2, 2}}, Layers: layers}
	})
}

// carFrames are the drives of every method after each of the updates that are drawn.
func carFrames(d Data) ([]fig.Panel, error) {
	car := settings[paper.MountainCar]("mountain-car")
	var frames []fig.Panel
	for _, updates := range car.Drawn {
		drives, err := carDrives(d, updates)
		if err != nil {
			return nil, err
		}
		last := len(drives[0].positions) - 1
		for i := 0; i < last+12; i += 2 { // the last frame stays
			f, err := carFrame(car.Problem, drives, updates, min(i, last))
			if err != nil {
				return nil, err
			}
			frames = append(frames, f)
		}
	}
	return frames, nil
}

// carFrame has the cars at time step i with the way they came.
func carFrame(problem paper.CarProblem, drives []carDrive, updates, i int) (fig.Panel, error) {
	var layers []fig.Layer
	for k, d := range drives {
		style, label := styleOf(d.method)
		trail := carTrail(k, d.positions[:i+1])
		car := fig.Curve{Label: label, X: trail.X[i:], Y: trail.Y[i:], Style: style.Scatter()}
		trail.Style, car.Style.Size = style.Thin(), 5
		layers = append(layers, trail, car)
	}
	p := carScene(problem, fmt.Sprintf("After %d policy updates, t = %.1f s", updates, problem.Car.Step*float64(i)), layers)
	p.Width, p.Height = 10, 8
	return p.Panel()
}
