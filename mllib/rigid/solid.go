package rigid

import "math"

// volume of a geom in m³; a plane has none.
func (g *Geom) volume() float64 {
	r, h := g.Size[0], 2*g.Size[1]
	switch g.Type {
	case Sphere:
		return 4. / 3 * math.Pi * r * r * r
	case Capsule:
		return math.Pi*r*r*h + 4./3*math.Pi*r*r*r
	case Cylinder:
		return math.Pi * r * r * h
	case Box:
		return 8 * g.Size[0] * g.Size[1] * g.Size[2]
	}
	return 0
}

// inertia of a homogeneous solid of mass g.Mass about its centre, the diagonal
// in the geom's own axes. A capsule is a cylinder (radius r, length h) and two
// half spheres whose centres of mass are 3r/8 outside of the cylinder's ends.
func (g *Geom) inertia() [3]float64 {
	m, r, h := g.Mass, g.Size[0], 2*g.Size[1]
	switch g.Type {
	case Sphere:
		i := 2. / 5 * m * r * r
		return [3]float64{i, i, i}
	case Capsule:
		mc := m * h / (h + 4./3*r)
		ms := m - mc
		across := mc*(3*r*r+h*h)/12 + ms*(2./5*r*r+h*h/4+3./8*r*h)
		return [3]float64{across, across, mc*r*r/2 + ms*2./5*r*r}
	case Cylinder:
		across := m * (3*r*r + h*h) / 12
		return [3]float64{across, across, m * r * r / 2}
	case Box:
		x, y, z := g.Size[0], g.Size[1], g.Size[2]
		return [3]float64{m * (y*y + z*z) / 3, m * (x*x + z*z) / 3, m * (x*x + y*y) / 3}
	}
	return [3]float64{}
}

// lump is a rigid piece: its mass, centre of mass and tensor about that centre.
type lump struct {
	mass    float64
	com     [3]float64
	inertia [6]float64
}

// join welds two pieces together (parallel axis theorem).
func join(a, b lump) lump {
	m := a.mass + b.mass
	if m == 0 {
		return a
	}
	c := scale(1/m, add(scale(a.mass, a.com), scale(b.mass, b.com)))
	da := pointTensor(a.mass, sub(a.com, c))
	db := pointTensor(b.mass, sub(b.com, c))
	out := lump{mass: m, com: c}
	for k := range out.inertia {
		out.inertia[k] = a.inertia[k] + da[k] + b.inertia[k] + db[k]
	}
	return out
}

// moved is the piece seen from a frame in which its own frame is at pos, turned by rot.
func (l lump) moved(rot *[9]float64, pos [3]float64) lump {
	return lump{l.mass, add(pos, mulVec(rot, l.com)), rotateTensor(rot, &l.inertia)}
}

// lump is the piece a geom contributes to its body.
func (g *Geom) lump() lump {
	d := g.inertia()
	rot := quatMat(g.Quat)
	return lump{mass: g.Mass, inertia: [6]float64{d[0], d[1], d[2]}}.moved(&rot, g.Pos)
}
