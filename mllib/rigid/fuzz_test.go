package rigid

import (
	"errors"
	"math"
	"os"
	"regexp"
	"strings"
	"testing"
)

// FuzzParse: no text makes the parser panic, and a model that it accepts can be
// simulated.
func FuzzParse(f *testing.F) {
	for _, name := range []string{"ant", "reacher", "reacher_ml3", "sawyer"} {
		f.Add(readRobot(f, name))
	}
	f.Add(zoo)
	f.Add(lumps())
	for _, name := range fixtureModels(f) {
		text, err := os.ReadFile("testdata/" + name + ".xml")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	f.Add("<mujoco><worldbody><body><joint/><geom size='1'/></body></worldbody></mujoco>")
	f.Fuzz(checkParse)
}

// FuzzAttribute puts a text in the place of one attribute's value in the zoo.
func FuzzAttribute(f *testing.F) {
	values := regexp.MustCompile(`"[^"]*"`).FindAllStringIndex(zoo, -1)
	for i, text := range []string{"", "1", "-1 0 0", "1e300 1e-300 nan", "true", "free", "0 0 0 0", "x", "limb", "1 2 3 4 5 6 7"} {
		f.Add(uint16(11*i), text)
	}
	f.Fuzz(func(t *testing.T, which uint16, text string) {
		at := values[int(which)%len(values)]
		text = strings.NewReplacer(`"`, "&quot;", "<", "&lt;", "&", "&amp;").Replace(text)
		checkParse(t, zoo[:at[0]+1]+text+zoo[at[1]-1:])
	})
}

// checkParse: an error names a line of the text; an accepted model has bodies
// at places that are numbers and survives a step.
func checkParse(t *testing.T, text string) {
	m, err := Parse(strings.NewReader(text))
	if err != nil {
		var p *ParseError
		if m != nil || errors.As(err, &p) && (p.Line < 1 || p.Line > 1+strings.Count(text, "\n")) {
			t.Errorf("model %v, error %v", m, err)
		}
		return
	}
	s := m.NewState()
	s.Kinematics()
	for i := range m.NumBodies() {
		if p := s.BodyPos(i); math.IsNaN(norm3(p)) {
			t.Errorf("body %d is at %v", i, p)
		}
	}
	if m.NV() > 100 {
		return
	}
	s.Forward(make([]float64, m.NV()))
	s.Step(Euler)
	s.Step(RK4)
}
