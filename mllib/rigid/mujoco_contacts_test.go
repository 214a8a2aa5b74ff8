//go:build mujoco

package rigid

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"unsafe"
)

// spot is a contact that pushes: place, distance, normal.
type spot struct {
	pos, normal [3]float64
	dist        float64
}

func (s *MuJoCo) spots() (out []spot) {
	if s.data.ncon == 0 {
		return nil
	}
	for _, c := range unsafe.Slice(s.data.contact, int(s.data.ncon)) {
		if c.exclude != 0 {
			continue
		}
		x := spot{dist: float64(c.dist)}
		for k := range 3 {
			x.pos[k], x.normal[k] = float64(c.pos[k]), float64(c.frame[k])
		}
		out = append(out, x)
	}
	return out
}

func (s *State) spots() (out []spot) {
	for _, c := range s.Contacts() {
		out = append(out, spot{c.Pos, [3]float64(c.Frame[:3]), c.Dist})
	}
	return out
}

// sortSpots orders by place and normal to nine digits.
func sortSpots(s []spot) {
	slices.SortFunc(s, func(a, b spot) int {
		for k := range 3 {
			if math.Abs(a.pos[k]-b.pos[k]) > 1e-9 {
				return cmp.Compare(a.pos[k], b.pos[k])
			}
		}
		for k := range 3 {
			if math.Abs(a.normal[k]-b.normal[k]) > 1e-9 {
				return cmp.Compare(a.normal[k], b.normal[k])
			}
		}
		return cmp.Compare(a.dist, b.dist)
	})
}

func sameSpots(a, b []spot) bool {
	sortSpots(a)
	sortSpots(b)
	return slices.EqualFunc(a, b, func(a, b spot) bool {
		return math.Abs(a.dist-b.dist) < 1e-9 && norm3(sub(a.pos, b.pos)) < 1e-9 && norm3(sub(a.normal, b.normal)) < 1e-9
	})
}

// TestMuJoCoContacts lays two solids into each other and compares all contacts:
// at any angle, and turned by right angles or by halves of them, where edges are
// parallel and faces flush.
func TestMuJoCoContacts(t *testing.T) {
	solids := []string{`sphere" size="0.2`, `capsule" size="0.1 0.25`, `cylinder" size="0.2 0.15`, `box" size="0.2 0.3 0.125`}
	for i, a := range solids {
		for _, b := range solids[i:] {
			if a == solids[0] && b == solids[2] {
				continue // not supported
			}
			t.Run(fmt.Sprint(a[:3], b[:3]), func(t *testing.T) {
				text := fmt.Sprintf(`<mujoco><option gravity="0 0 0"/><default><geom margin="0.02" gap="0.005"/></default><worldbody>
					<body><freejoint/><geom type="%s"/></body><body><freejoint/><geom type="%s"/></body></worldbody></mujoco>`, a, b)
				comparePlaced(t, text)
			})
		}
	}
}

func comparePlaced(t *testing.T, text string) {
	c, err := ParseMuJoCo([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	s := parse(t, text).NewState()
	acc, touched, bad := make([]float64, 12), 0, 0
	rng := rand.New(rand.NewPCG(21, 4))
	for n := range 20000 {
		layDown(s.Q, n%2 == 0, rng)
		c.SetState(s.Q, s.V, nil)
		s.Forward(acc)
		c.Forward(acc)
		got, want := s.spots(), c.spots()
		touched += min(len(want), 1)
		if !sameSpots(got, want) {
			if bad++; bad < 4 {
				t.Errorf("at %.17g:\n got %.6g\nwant %.6g", s.Q, got, want)
			}
		}
	}
	if bad > 0 || touched < 5000 {
		t.Errorf("%d of 20000 places differ, %d with contacts", bad, touched)
	}
}

// layDown puts two bodies at places of half a metre around the origin.
func layDown(q []float64, anyAngle bool, rng *rand.Rand) {
	for i := range 2 {
		for k := range 3 {
			q[7*i+k] = 0.15 * rng.NormFloat64()
			if !anyAngle {
				q[7*i+k] = float64(rng.IntN(33)-16) / 64
			}
			q[7*i+3+k] = rng.NormFloat64()
		}
		q[7*i+6] = rng.NormFloat64()
		if !anyAngle {
			copy(q[7*i+3:], [][]float64{{1, 0, 0, 0}, {math.Sqrt2, 0, 0, math.Sqrt2}, {math.Sqrt2, math.Sqrt2, 0, 0}, {0.5, 0.5, 0.5, 0.5}, {math.Cos(math.Pi / 8), 0, math.Sin(math.Pi / 8), 0}}[rng.IntN(5)])
		}
		*(*[4]float64)(q[7*i+3:]) = unitQuat([4]float64(q[7*i+3:]))
	}
}
