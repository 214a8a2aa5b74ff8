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
	c := curves{methods: carMethods(), spread: fig.CI95OverSeeds, size: usual}
	// of is a panel of a metric against updates, with limits that leave room for the legend.
	of := func(name, title, metric string, limits *[2]float64, last int, task ...string) panel {
		c := c.of(title, metric, task...)
		c.y.Limits, c.last = limits, last
		return c.panel("fig6-car-" + name)
	}
	const few, distance, success, goal = 20, "final distance", "success", "Policies at the goal"
	const fresh, own = "Released version, fresh policies", "Released version, policy of meta-training"
	near, share := &[2]float64{0, 2.3}, &[2]float64{-0.04, 1.75}
	robust, released := []string{"version", "robust", "start", "fresh"}, []string{"version", "released", "start", "fresh"}
	same := []string{"version", "released", "start", "meta-train policy"}
	training := c.of("Released version, meta-training", "task loss by outer step", "version", "released", "split", "meta-train")
	training.methods, training.last = carMethods()[2:], every // the others learn nothing
	all := []panel{
		carPanel("fig6-car-trajectories", carHill),
		carPanel("fig6-car-positions", carTimes),
		of("distance", "(b) Final distance", distance, near, few, robust...),
		of("success", "(b) "+goal+" at the last time step", success, share, few, robust...),
		of("success-long", goal+", many updates", success, share, every, robust...),
		of("distance-released", fresh, distance, near, few, released...),
		of("success-released", fresh, success, share, few, released...),
		of("distance-released-own", own, distance, nil, few, same...),
		of("success-released-own", own, success, share, few, same...),
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

// carDrives are what each method does: the position, m, against time, s.
func carDrives(rows tidy.Table) ([]fig.Curve, error) {
	var drives []fig.Curve
	for _, m := range carMethods() {
		s := rows.Where(tidy.Method(m)).Series()
		if len(s) != 1 {
			return nil, missing(rows, m)
		}
		drives = append(drives, trace(s[0], car().Problem.Car.Step))
	}
	return drives, nil
}

// carPanel is a panel of the drives after the last of the updates that are drawn.
func carPanel(name string, plot func(drives []fig.Curve, updates int) fig.Plot) panel {
	updates := car().Drawn[len(car().Drawn)-1]
	return drawn(name, func(d Data) tidy.Table { return carRows(d, updates) }, func(_ Data, rows tidy.Table) (fig.Panel, error) {
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

// carTrail is the way of drive k above the hill, each method at its own height so that
// none hides another.
func carTrail(drive fig.Curve, k, steps int) fig.Curve {
	c := fig.Curve{Style: drive.Style.Thin(), X: drive.Y[:steps]}
	for _, p := range c.X {
		c.Y = append(c.Y, carHeight(p)+0.1+0.16*float64(k))
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
	hill := along(p.Car.MinPosition, p.Car.MaxPosition, 170, carHeight)
	hill.Style = fig.LineStyle(fig.Black, fig.Solid, fig.NoMarker)
	goal := fig.Curve{Label: "goal", X: []float64{p.Goal[0]}, Y: []float64{carHeight(p.Goal[0])},
		Style: fig.Style{Color: fig.Red, Dash: fig.Invisible, Marker: fig.Square, Every: true, Size: 4}}
	scene := plot(title, "position (m)", "height (relative)", append([]fig.Layer{hill, goal}, layers...)...)
	scene.X.Limits, scene.Y.Limits = &[2]float64{-1.3, 0.6}, &[2]float64{-1.2, 2.6}
	return scene
}

// carHill shows the drives on the hill: a point at each time step and a large one
// at the last.
func carHill(drives []fig.Curve, updates int) fig.Plot {
	var layers []fig.Layer
	for k, d := range drives {
		line := carTrail(d, k, len(d.Y))
		layers = append(layers, line, dots(line, 0, d.Label, d.Style, 1.2), dots(line, len(line.X)-1, "", d.Style, 4.2))
	}
	return carScene(fmt.Sprintf("(a) Car after %d policy updates", updates), layers...)
}

// carTimes shows the drives against time.
func carTimes(drives []fig.Curve, updates int) fig.Plot {
	goal := fig.Rule{Label: "goal", At: car().Problem.Goal[0], Style: truth(fig.Dotted)}
	p := plot(fmt.Sprintf("(a) Position after %d policy updates", updates), "time (s)", "position (m)", append([]fig.Layer{goal}, layersOf(drives)...)...)
	p.Y.Limits = &[2]float64{-1.2, 2}
	return p
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
		last := len(drives[0].Y) - 1
		for i := 0; i < last+12; i += 2 { // the last frame stays
			now := min(i, last)
			var layers []fig.Layer
			for k, d := range drives {
				trail := carTrail(d, k, now+1)
				layers = append(layers, trail, dots(trail, now, d.Label, d.Style, 5))
			}
			p := carScene(fmt.Sprintf("After %d policy updates, t = %.1f s", updates, car().Problem.Car.Step*float64(now)), layers...)
			p.Width, p.Height = 10, 8
			frames = append(frames, p)
		}
	}
	return frames, nil
}
