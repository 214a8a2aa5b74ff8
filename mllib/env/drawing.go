package env

import "ml3/mllib/rigid"

// Segment is a part of a robot as drawings show it: all points within Radius of the
// line from A to B (a sphere where they are equal), in world axes, m.
type Segment struct {
	Name   string
	A, B   [3]float64
	Radius float64
}

// Drawable is a world whose robot can be drawn. All worlds of NewXGoal are.
type Drawable interface {
	World
	// Segments appends the parts of the robot in a state, always in the same order.
	Segments(to []Segment, state []float64) []Segment
	// Marker is where the goal is in space, m.
	Marker(goal []float64) [3]float64
}

// segments draws the geoms of a robot but planes. A robot without geoms is drawn
// as sticks between the origins of its bodies, the last of which reach to the sites.
func (b *body) segments(to []Segment, x []float64) []Segment {
	b.load(x)
	s, m := b.state, b.model
	s.Kinematics()
	drawn := false
	for i := range m.NumGeoms() {
		g := m.Geom(i)
		if g.Type == rigid.Plane {
			continue
		}
		drawn = true
		p, q, r := s.GeomSegment(i)
		to = append(to, Segment{g.Name, p, q, r})
	}
	if drawn {
		return to
	}
	add := func(name string, p, q [3]float64) {
		if p != q {
			to = append(to, Segment{name, p, q, b.stick})
		}
	}
	for i := 1; i < m.NumBodies(); i++ {
		up := m.Body(i).Parent
		add(m.Body(up).Name, s.BodyPos(up), s.BodyPos(i))
	}
	for i := range m.NumSites() {
		at := m.Site(i).Body
		add(m.Body(at).Name, s.BodyPos(at), s.SitePos(i))
	}
	return to
}

// Segments implements Drawable: a disc of 3 cm.
func (w *PointmassGoal) Segments(to []Segment, state []float64) []Segment {
	at := [3]float64{state[0], state[1], 0.03}
	return append(to, Segment{"mass", at, at, 0.03})
}

// Marker implements Drawable.
func (w *PointmassGoal) Marker(goal []float64) [3]float64 { return [3]float64{goal[0], goal[1], 0.03} }

// Segments implements Drawable.
func (w *JointReacherGoal) Segments(to []Segment, state []float64) []Segment {
	return w.body.segments(to, state)
}

// Marker implements Drawable.
func (w *JointReacherGoal) Marker(goal []float64) [3]float64 {
	x, y := w.arm.tip(goal[0], goal[1])
	return [3]float64{x, y, 0.01}
}

// Segments implements Drawable.
func (w *ReacherGoal) Segments(to []Segment, state []float64) []Segment {
	return w.body.segments(to, state)
}

// Marker implements Drawable.
func (w *ReacherGoal) Marker(goal []float64) [3]float64 { return [3]float64{goal[0], goal[1], 0.01} }

// Segments implements Drawable.
func (w *AntGoal) Segments(to []Segment, state []float64) []Segment {
	return w.body.segments(to, state)
}

// Marker implements Drawable: on the floor.
func (w *AntGoal) Marker(goal []float64) [3]float64 { return [3]float64{goal[0], goal[1], 0} }

// Segments implements Drawable.
func (w *SawyerGoal) Segments(to []Segment, state []float64) []Segment {
	return w.body.segments(to, state)
}

// Marker implements Drawable.
func (w *SawyerGoal) Marker(goal []float64) [3]float64 { return [3]float64(goal) }

var _ = []Drawable{(*PointmassGoal)(nil), (*JointReacherGoal)(nil), (*ReacherGoal)(nil), (*AntGoal)(nil), (*SawyerGoal)(nil)}
