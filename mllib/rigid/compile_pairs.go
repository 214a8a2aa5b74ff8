package rigid

import "fmt"

// compilePairs finds the pairs of geoms that may touch, with MuJoCo's filter,
// and refuses those that are not a sphere or capsule against a fixed plane.
func (m *Model) compilePairs() error {
	fixed := map[int]int{} // plane geom to floor
	for a := range m.geoms {
		for b := a + 1; b < len(m.geoms); b++ {
			if !m.mayTouch(a, b) {
				continue
			}
			plane, other := a, b
			if m.geoms[b].Type == Plane {
				plane, other = b, a
			}
			g, p := &m.geoms[other], &m.geoms[plane]
			if p.Type != Plane || m.mounts[p.Body].link != 0 || g.Type != Sphere && g.Type != Capsule {
				return &ParseError{Line: g.line, Element: label("geom", g.Name), Problem: fmt.Sprintf(
					"may touch geom %q of line %d: only contacts of spheres and capsules with a plane fixed to the world are supported; change contype or conaffinity", p.Name, p.line)}
			}
			f, ok := fixed[plane]
			if !ok {
				f = len(m.floors)
				fixed[plane] = f
				m.floors = append(m.floors, m.newFloor(plane))
			}
			m.pairs = append(m.pairs, m.newPair(other, f))
		}
	}
	return nil
}

// mayTouch is MuJoCo's collision filter: matching bits, not the same rigid
// piece, not a piece and the moving piece it is joined to.
func (m *Model) mayTouch(a, b int) bool {
	g, h := &m.geoms[a], &m.geoms[b]
	if g.Contype&h.Conaffinity == 0 && h.Contype&g.Conaffinity == 0 {
		return false
	}
	p, q := m.piece(g.Body), m.piece(h.Body)
	if p == q {
		return false
	}
	if p == 0 || q == 0 {
		return true
	}
	return m.piece(m.bodies[p].Parent) != q && m.piece(m.bodies[q].Parent) != p
}

// piece is the body that carries the joints of the rigid piece b belongs to.
func (m *Model) piece(b int) int {
	for b != 0 && m.welded(b) {
		b = m.bodies[b].Parent
	}
	return b
}

// welded is true if body b has no joint of its own.
func (m *Model) welded(b int) bool {
	at := m.mounts[b].link
	return at == 0 || m.joints[m.links[at].joint].Body != b
}

func (m *Model) newFloor(plane int) floor {
	g := &m.geoms[plane]
	at := &m.mounts[g.Body]
	own := quatMat(g.Quat)
	rot := mulMat(&at.rot, &own)
	n := column(&rot, 2)
	return floor{geom: plane, normal: n, height: dot3(n, add(at.pos, mulVec(&at.rot, g.Pos)))}
}

func (m *Model) newPair(geom, f int) pair {
	g, plane := &m.geoms[geom], &m.geoms[m.floors[f].geom]
	at := &m.mounts[g.Body]
	own := quatMat(g.Quat)
	p := pair{geom: geom, floor: f, link: at.link, leaf: m.leaf(at.link), radius: g.Size[0]}
	p.pos = add(at.pos, mulVec(&at.rot, g.Pos))
	if g.Type == Capsule {
		p.capsule = true
		p.axis = scale(g.Size[1], mulVec(&at.rot, column(&own, 2)))
	}
	p.friction = max(g.Friction, plane.Friction)
	p.margin = max(g.Margin, plane.Margin)
	p.reach = 1 + norm3(g.Pos) + norm3(plane.Pos) + norm3(p.pos) + norm3(p.axis) + p.radius
	return p
}
