package rigid_test

import (
	"fmt"
	"log"

	"ml3/mllib/rigid"
)

// The two-link arm is stretched along x; half a second of a turning shoulder
// moves its tip along a circle of radius 0.21 m. Armature and links weigh M ≈ 1.002,
// gear 200 and damping 1, so the rate is 2 (1 − exp(−t/M)).
func ExampleLoad() {
	m, err := rigid.Load("../../data/robots/reacher.xml")
	if err != nil {
		log.Fatal(err)
	}
	s := m.NewState()
	s.Ctrl[0] = 0.01
	s.Advance(m.Integrator(), 50)
	s.Kinematics()
	tip, _ := m.SiteIndex("tip")
	p := s.SitePos(tip)
	fmt.Printf("%.3f m at %.3f rad, %.3f rad/s\n", p, s.Q[0], s.V[0])
	// Output: [0.205 0.044 0.010] m at 0.213 rad, 0.786 rad/s
}
