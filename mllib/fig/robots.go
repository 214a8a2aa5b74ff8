package fig

import (
	"fmt"
	"image/color"
	"math"
	"slices"
)

// Capsule is a part of a robot: all points within Radius of the line from A to B, a
// sphere where they are equal, in m, z up.
type Capsule struct {
	Name   string
	A, B   [3]float64
	Radius float64
}

// Pose is a robot and its goal.
type Pose struct {
	Parts []Capsule
	Goal  *[3]float64 // nil for none
}

// View is the direction a robot is seen from, without perspective.
type View int

// The views.
const (
	Top  View = iota // x to the right, y up, seen from above
	Side             // x to the right, z up, seen from −y
)

// project returns the place of a point in the picture, and how near it is.
func (v View) project(p [3]float64) (x, y, near float64) {
	switch v {
	case Top:
		return p[0], p[1], p[2]
	case Side:
		return p[0], p[2], -p[1]
	}
	panic(fmt.Sprintf("fig: view %d", v))
}

func (v View) axes() (x, y Axis) {
	if v == Top {
		return Axis{Label: "x (m)"}, Axis{Label: "y (m)"}
	}
	return Axis{Label: "x (m)"}, Axis{Label: "z (m)"}
}

// Robot draws poses of a robot with equal units on both axes. In views from the
// side there is a floor at z = 0.
type Robot struct {
	Name, Title   string
	View          View
	Width, Height float64 // cm
	Poses         []Pose  // the axes have room for all of them
	Trail         string  // the part whose end B leaves a trail; "" for none
	Label         string  // of the trail in the legend, such as "path of the tip"
	Color         color.NRGBA
}

// Panel draws the poses with the given indexes: the last solid, the others the
// paler the earlier they are. The trail leads through all poses up to the last.
func (r Robot) Panel(shown ...int) (Panel, error) {
	if err := r.check(shown); err != nil {
		return Panel{}, fmt.Errorf("fig: robot %s: %w", r.Name, err)
	}
	scene := robotScene{view: r.View, all: r.Poses, accent: r.Color}
	for _, i := range shown {
		scene.shown = append(scene.shown, r.Poses[i])
	}
	var layers []Layer
	if r.View != Top {
		layers = append(layers, robotFloor{r.View})
	}
	last := slices.Max(shown)
	trail, err := r.trail(last)
	if err != nil {
		return Panel{}, fmt.Errorf("fig: robot %s: %w", r.Name, err)
	}
	goals := robotGoals{view: r.View}
	for i := range r.Poses[:last+1] {
		if g := r.Poses[i].Goal; g != nil && !slices.Contains(goals.at, *g) {
			goals.at = append(goals.at, *g)
		}
	}
	layers = append(layers, scene, goals)
	if trail != nil {
		layers = append(layers, *trail)
	}
	x, y := r.View.axes()
	x.Limits, y.Limits = r.limits(scene)
	return Plot{Name: r.Name, Title: r.Title, Width: r.Width, Height: r.Height, X: x, Y: y, Equal: true, Layers: layers}.Panel()
}

// limits returns limits of the axes that need next to no widening to have equal
// units, so that a floor keeps to the lower edge of the picture and the legend has
// room above the robot, in every frame of an animation the same.
func (r Robot) limits(scene robotScene) (x, y *[2]float64) {
	const axes, title, legend, air = 2.1, 2.2, 1.4, 0.3 // what is not the robot's, cm
	width, height := max(1, r.Width-axes-2*air), max(1, r.Height-title-legend-air)
	e := newExtent()
	scene.extent(&e)
	low := e.yMin
	if r.View != Top {
		low = min(low, 0)
	}
	metre := min(width/(e.xMax-e.xMin), height/(e.yMax-low)) // in cm
	if r.View == Top {
		low -= (height/metre - (e.yMax - low)) / 2
	}
	middle, half := (e.xMin+e.xMax)/2, (width/2+air)/metre
	y = &[2]float64{low - air/metre, low + (height+legend)/metre}
	return &[2]float64{middle - half, middle + half}, y
}

// Frames draws every pose alone, with the trail up to it: the frames of an
// animation for GIF or SaveGIF.
func (r Robot) Frames() ([]Panel, error) {
	frames := make([]Panel, len(r.Poses))
	for i := range r.Poses {
		var err error
		if frames[i], err = r.Panel(i); err != nil {
			return nil, err
		}
	}
	return frames, nil
}

func (r Robot) check(shown []int) error {
	if len(shown) == 0 {
		return fmt.Errorf("no pose is to be shown of %d", len(r.Poses))
	}
	for _, i := range shown {
		if i < 0 || i >= len(r.Poses) {
			return fmt.Errorf("pose %d is to be shown of %d", i, len(r.Poses))
		}
	}
	for i, p := range r.Poses {
		if len(p.Parts) == 0 {
			return fmt.Errorf("pose %d has no parts", i)
		}
		for _, c := range p.Parts {
			for _, v := range append(append(c.A[:], c.B[:]...), c.Radius) {
				if math.IsNaN(v) || math.IsInf(v, 0) || c.Radius <= 0 {
					return fmt.Errorf("pose %d has the part %+v", i, c)
				}
			}
		}
	}
	return nil
}

// trail is the way of the trailing part up to the pose last.
func (r Robot) trail(last int) (*Curve, error) {
	if r.Trail == "" || last == 0 {
		return nil, nil
	}
	c := Curve{Label: r.Label, Style: Style{Color: r.Color, Width: 1.4}}
	for i, p := range r.Poses[:last+1] {
		k := slices.IndexFunc(p.Parts, func(c Capsule) bool { return c.Name == r.Trail })
		if k < 0 {
			return nil, fmt.Errorf("pose %d has no part %q to leave a trail", i, r.Trail)
		}
		x, y, _ := r.View.project(p.Parts[k].B)
		c.X, c.Y = append(c.X, x), append(c.Y, y)
	}
	return &c, nil
}
