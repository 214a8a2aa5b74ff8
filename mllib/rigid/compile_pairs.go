package rigid

import "fmt"

// compilePairs finds the pairs of geoms that may touch, with MuJoCo's filter,
// and refuses those whose contacts are not supported.
func (m *Model) compilePairs() error {
	for i := range m.geoms {
		if g := &m.geoms[i]; g.Type == Plane && m.mounts[g.Body].link != 0 {
			return &ParseError{File: g.file, Line: g.line, Element: label("geom", g.Name), Problem: "a plane cannot move; only bodies that are fixed to the world have planes"}
		}
	}
	if m.off.contacts || m.off.constraints {
		return nil
	}
	fixed := map[int]int{} // plane geom to floor
	for a := range m.geoms {
		for b := a + 1; b < len(m.geoms); b++ {
			if !m.mayTouch(a, b) {
				continue
			}
			first, second := a, b
			if m.geoms[b].Type < m.geoms[a].Type {
				first, second = b, a
			}
			if err := m.supported(first, second, b); err != nil {
				return err
			}
			p, g := &m.geoms[first], &m.geoms[second]
			if p.Type != Plane || g.Type != Sphere && g.Type != Capsule {
				m.pairs = append(m.pairs, m.newPair(first, second))
				m.solids = true
				continue
			}
			f, ok := fixed[first]
			if !ok {
				f = len(m.floors)
				fixed[first] = f
				m.floors = append(m.floors, m.newFloor(first))
			}
			m.pairs = append(m.pairs, m.onFloor(m.newPair(first, second), f))
		}
	}
	if len(m.pairs) > maxPairs {
		return fmt.Errorf("rigid: %d pairs of geoms of model %q may touch, more than %d", len(m.pairs), shorten(m.name), maxPairs)
	}
	if n := m.jacobians(); n > maxJacobians {
		return fmt.Errorf("rigid: all contacts of model %q together would need %d MB; change contype or conaffinity", shorten(m.name), n>>17)
	}
	return nil
}

// These bound the size of the work spaces: 256 MB for Jacobians.
const (
	maxPairs     = 20000
	maxJacobians = 1 << 25
)

// jacobians counts the elements of the Jacobians of all contacts there can be.
func (m *Model) jacobians() (n int) {
	for i := range m.pairs {
		n += 3 * m.pairs[i].most * len(m.pairs[i].cols)
	}
	return n
}

// supported tells whether contacts of two geoms, the first of the simpler type,
// can be computed; errors name the one that comes later in the file.
func (m *Model) supported(first, second, later int) error {
	p, g := &m.geoms[first], &m.geoms[second]
	ok := p.Type != Sphere || g.Type != Cylinder
	dim := m.condim(p, g)
	if ok && dim <= 3 {
		return nil
	}
	l, e := &m.geoms[later], &m.geoms[first+second-later]
	problem := fmt.Sprintf("may touch geom %q of line %d: contacts of spheres with cylinders are not supported; change contype or conaffinity", shorten(e.Name), e.line)
	if ok {
		problem = fmt.Sprintf("may touch geom %q of line %d with condim %d, only 1 and 3 are supported", shorten(e.Name), e.line, dim)
	}
	return &ParseError{File: l.file, Line: l.line, Element: label("geom", l.Name), Problem: problem}
}

// condim is the number of dimensions of the forces in a contact.
func (m *Model) condim(a, b *Geom) int {
	switch {
	case a.priority > b.priority:
		return a.Condim
	case b.priority > a.priority:
		return b.Condim
	}
	return max(a.Condim, b.Condim)
}

// mayTouch is MuJoCo's collision filter: matching bits, not the same rigid
// piece, not a piece and the moving piece it is joined to.
func (m *Model) mayTouch(a, b int) bool {
	g, h := &m.geoms[a], &m.geoms[b]
	if g.Contype&h.Conaffinity == 0 && h.Contype&g.Conaffinity == 0 {
		return false
	}
	for _, pair := range m.excluded {
		if pair == [2]int{g.Body, h.Body} || pair == [2]int{h.Body, g.Body} {
			return false
		}
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

// newPair joins the rules of two geoms as MuJoCo does: those of the higher
// priority, or else mixed.
func (m *Model) newPair(first, second int) pair {
	a, b := &m.geoms[first], &m.geoms[second]
	p := pair{floor: -1, a: m.newSide(first), b: m.newSide(second), geom: second}
	soft := a.soft
	switch {
	case a.priority > b.priority:
		p.friction = a.Friction
	case b.priority > a.priority:
		p.friction, soft = b.Friction, b.soft
	default:
		p.friction, soft = max(a.Friction, b.Friction), mixed(mixWeight(a.solmix, b.solmix), a.soft, b.soft)
	}
	p.friction = max(p.friction, 1e-5) // MuJoCo's least
	p.spring = soft.spring(m.timestep)
	p.outer = max(a.Margin, b.Margin)
	p.margin = p.outer - max(a.gap, b.gap)
	p.rows = 4
	if m.condim(a, b) == 1 {
		p.rows = 1
	}
	p.most = 4
	if a.Type == Box && b.Type == Box {
		p.most = mostBoxContacts
	}
	if p.link, p.leaf = p.b.link, m.leaf(p.b.link); m.leaf(p.a.link) > p.leaf {
		p.leaf = m.leaf(p.a.link)
	}
	m.pairColumns(&p)
	return p
}

// mixWeight is the first geom's weight in what is mixed.
func mixWeight(a, b float64) float64 {
	switch {
	case a >= tiny && b >= tiny:
		return a / (a + b)
	case a < tiny && b < tiny:
		return 0.5
	case a < tiny:
		return 0
	}
	return 1
}

func (m *Model) newSide(geom int) side {
	return side{geom: geom, link: m.mounts[m.geoms[geom].Body].link}
}

// pairColumns lists the degrees of freedom that move a pair, last first: one
// chain to the root, or if there are two, both together.
func (m *Model) pairColumns(p *pair) {
	d := &m.dofs[p.leaf]
	p.cols = m.chain[d.row : d.row+d.n]
	moves := make([]bool, m.nv)
	for _, leaf := range []int{m.leaf(p.a.link), m.leaf(p.b.link)} {
		for i := leaf; i >= 0; i = int(m.dofs[i].parent) {
			moves[i] = true
		}
	}
	var all []int32
	for i := m.nv - 1; i >= 0; i-- {
		if moves[i] {
			all = append(all, int32(i))
		}
	}
	if len(all) > len(p.cols) {
		p.cols, m.full = all, true
	}
}

// onFloor prepares the quick way for a sphere or capsule over a fixed plane.
func (m *Model) onFloor(p pair, f int) pair {
	g, plane := &m.geoms[p.geom], &m.geoms[m.floors[f].geom]
	at := &m.mounts[g.Body]
	p.floor, p.radius, p.most = f, g.Size[0], 2
	p.pos = add(at.pos, mulVec(&at.rot, g.Pos))
	if g.Type == Capsule {
		own := quatMat(g.Quat)
		p.capsule = true
		p.axis = scale(g.Size[1], mulVec(&at.rot, column(&own, 2)))
	}
	p.reach = 1 + norm3(g.Pos) + norm3(plane.Pos) + norm3(p.pos) + norm3(p.axis) + p.radius
	return p
}
