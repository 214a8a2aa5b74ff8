package rigid

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func readRobot(t testing.TB, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(repository, "data/robots", name+".xml"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// badModel is a text, the line of what is wrong with it, and words of the error.
type badModel struct {
	name, text string
	line       int
	says       []string
}

// wrap puts elements into a body, from line 4 on.
func wrap(inside string) string {
	return "<mujoco>\n<worldbody>\n<body name=\"b\">\n" + inside + "\n</body>\n</worldbody>\n</mujoco>"
}

const rod = `<geom name="rod" size="0.1" contype="0"/>`

func badFiles() []badModel {
	return []badModel{
		{"empty", "", 1, []string{"no element"}},
		{"not XML", "<mujoco>\n<worldbody", 2, []string{"not well-formed"}},
		{"unclosed", "<mujoco>\n<worldbody>\n</mujoco>", 3, []string{"not well-formed"}},
		{"other root", "\n<robot/>", 2, []string{"<robot>", "starts with <mujoco>"}},
		{"text", "<mujoco>\nhello</mujoco>", 1, []string{"text outside of tags"}},
		{"directive", "<!DOCTYPE x>\n<mujoco/>", 1, []string{"directives"}},
		{"section", "<mujoco>\n<tendon>\n<spatial/></tendon>\n</mujoco>", 3, []string{"<spatial>", "not supported"}},
		{"unknown section", "<mujoco>\n<extension/>\n</mujoco>", 2, []string{"<extension>", "not supported"}},
		{"flag", "<mujoco>\n<option>\n<flag passive=\"disable\"/>\n</option></mujoco>", 3, []string{"<flag>", "passive"}},
		{"asset", "<mujoco>\n<asset>\n<body/></asset></mujoco>", 3, []string{"<body>", "<asset>"}},
		{"include", "<mujoco>\n<include file=\"a.xml\"/>\n</mujoco>", 2, []string{"<include>", "read from a file"}},
		{"encoding", "<?xml version=\"1.0\" encoding=\"koi8-r\"?><mujoco/>", 1, []string{"koi8-r", "UTF-8"}},
		{"UTF-16", "\xff\xfe<\x00m\x00", 1, []string{"UTF-16", "UTF-8"}},
		{"integrator", "<mujoco>\n<option integrator=\"implicit\"/></mujoco>", 2, []string{"<option>", "implicit", "Euler, RK4"}},
		{"elliptic cone", "<mujoco>\n<option cone=\"elliptic\"/></mujoco>", 2, []string{"cone", "pyramidal"}},
		{"air", "<mujoco>\n<option density=\"1.2\"/></mujoco>", 2, []string{"density"}},
		{"time step", "<mujoco>\n<option timestep=\"0\"/></mujoco>", 2, []string{"timestep"}},
	}
}

func badJoints() []badModel {
	return []badModel{
		{"ball", wrap(`<joint name="j" type="ball"/>` + rod), 4, []string{`<joint name="j">`, "ball", "hinge, slide, free"}},
		{"solref", wrap("\n" + `<joint solreflimit="0.1 -1"/>` + rod), 5, []string{"<joint>", "solreflimit"}},
		{"friction loss", wrap(`<joint frictionloss="3"/>` + rod), 4, []string{"frictionloss=\"3\""}},
		{"digits", wrap(`<joint damping="1_0"/>` + rod), 4, []string{"damping", "1_0"}},
		{"hexadecimal", wrap(`<joint damping="0x1p3"/>` + rod), 4, []string{"damping", "0x1p3"}},
		{"many numbers", wrap(`<joint axis="` + strings.Repeat("1 ", 200000) + `"/>` + rod), 4, []string{"axis", "longer than"}},
		{"range alone", wrap(`<joint range="0 1"/>` + rod), 4, []string{"range", "limited"}},
		{"empty range", wrap(`<joint limited="true" range="1 1"/>` + rod), 4, []string{"range", "empty"}},
		{"no range", wrap(`<joint limited="true"/>` + rod), 4, []string{"needs a range"}},
		{"axis", wrap(`<joint axis="0 0 0"/>` + rod), 4, []string{"axis", "no direction"}},
		{"NaN", wrap(`<joint armature="nan"/>` + rod), 4, []string{"armature", "nan"}},
		{"infinite", wrap(`<joint damping="1e999"/>` + rod), 4, []string{"damping", "1e999"}},
		{"negative", wrap(`<joint damping="-1"/>` + rod), 4, []string{"damping", "negative"}},
		{"two numbers", wrap(`<joint axis="1 0"/>` + rod), 4, []string{"axis", "3 numbers"}},
		{"free with hinge", wrap(`<freejoint/><joint/>` + rod), 4, []string{"no other joints"}},
		{"nested free", wrap(`<geom size="1" contype="0"/>` + "\n<body><freejoint/>" + rod + "</body>"), 5, []string{"<freejoint>", "world can move freely"}},
		{"free limits", wrap("\n" + `<joint type="free" limited="true" range="0 1"/>` + rod), 5, []string{"<joint>", "limited", "free joint"}},
		{"no mass", wrap(`<joint name="j"/>`), 4, []string{`<joint name="j">`, "no mass"}},
	}
}

func badGeoms() []badModel {
	return []badModel{
		{"mesh", wrap(`<geom type="mesh"/>`), 4, []string{"mesh", "capsule"}},
		{"no size", wrap(`<geom name="g"/>`), 4, []string{`<geom name="g">`, "size is missing"}},
		{"flat", wrap(`<geom size="0"/>`), 4, []string{"not positive"}},
		{"torsion", wrap(`<joint/><geom size="1" condim="4"/></body>` + "\n" + `<body><joint/><geom name="c" size="1"/>`), 5, []string{`<geom name="c">`, "condim 4"}},
		{"dimensions", wrap(`<geom size="1" condim="2"/>`), 4, []string{"condim", "1, 3, 4, 6"}},
		{"two orientations", wrap(`<geom size="1" quat="1 0 0 0" zaxis="1 0 0"/>`), 4, []string{"zaxis", "quat"}},
		{"zero quaternion", wrap(`<geom size="1" quat="0 0 0 0"/>`), 4, []string{"quaternion is zero"}},
		{"point", wrap(`<geom type="capsule" size="1" fromto="1 1 1 1 1 1"/>`), 4, []string{"no direction"}},
		{"inertia", wrap(`<inertial pos="0 0 0" mass="1" diaginertia="1 1 3"/>`), 4, []string{"<inertial>", "no body has the inertia"}},
		{"second inertial", wrap(`<inertial pos="0 0 0" mass="1" diaginertia="1 1 1"/>` + "\n" + `<inertial pos="0 0 0" mass="1" diaginertia="1 1 1"/>`), 5, []string{"already"}},
		{"same name", wrap(rod + "\n" + rod), 5, []string{"used twice"}},
		{"class", wrap(`<geom class="x" size="1"/>`), 4, []string{"no default class \"x\""}},
		{"camera", wrap("<camera>\n<joint/></camera>"), 5, []string{"<joint>", "<camera>"}},
		{"composite", wrap(`<composite/>`), 4, []string{"<composite>"}},
		{"attribute twice", wrap(`<geom size="1" size="1"/>`), 4, []string{"size", "twice"}},
		{"sphere and cylinder", wrap(`<joint/><geom name="a" size="1"/></body>` + "\n" + `<body><joint/><geom name="c" type="cylinder" size="1 1"/>`), 5, []string{`<geom name="c">`, `may touch geom "a"`, "line 4", "not supported"}},
		{"moving plane", wrap(`<joint/><geom size="1"/>` + "\n" + `<geom name="p" type="plane" size="1 1 1"/>`), 5, []string{`<geom name="p">`, "cannot move"}},
		{"motor", strings.Replace(wrap(`<joint name="j"/>`+rod), "</mujoco>", "<actuator>\n<motor name=\"m\" joint=\"k\"/>\n</actuator></mujoco>", 1), 8, []string{`<motor name="m">`, `no joint "k"`}},
		{"motor range", strings.Replace(wrap(`<joint name="j"/>`+rod), "</mujoco>", "<actuator>\n<motor joint=\"j\" ctrlrange=\"0 1\"/>\n</actuator></mujoco>", 1), 8, []string{"<motor>", "ctrllimited"}},
	}
}

// TestParseErrors: whatever is wrong or unsupported is refused, with the line
// and the element it stands in.
func TestParseErrors(t *testing.T) {
	for _, c := range slices.Concat(badFiles(), badJoints(), badGeoms()) {
		t.Run(c.name, func(t *testing.T) {
			_, err := Parse(strings.NewReader(c.text))
			var p *ParseError
			if !errors.As(err, &p) {
				t.Fatalf("error %v", err)
			}
			if p.Line != c.line {
				t.Errorf("line %d, want %d: %v", p.Line, c.line, err)
			}
			for _, s := range c.says {
				if !strings.Contains(err.Error(), s) {
					t.Errorf("%q does not say %q", err, s)
				}
			}
		})
	}
}

// TestDefaultErrors: a bad value that is inherited is reported where it stands.
func TestDefaultErrors(t *testing.T) {
	text := strings.Replace(readRobot(t, "ant"), `density="5"`, `density="five"`, 1)
	_, err := Parse(strings.NewReader(text))
	var p *ParseError
	if !errors.As(err, &p) || p.Line != 12 || !strings.Contains(p.Problem, "five") {
		t.Errorf("%v", err)
	}
}

// TestFreeDefaults: a limit that a free joint inherits is refused where it stands.
func TestFreeDefaults(t *testing.T) {
	text := "<mujoco>\n<default>\n<joint limited=\"true\" range=\"0 1\"/>\n</default>\n" +
		"<worldbody><body><joint type=\"free\"/>" + rod + "</body></worldbody></mujoco>"
	_, err := Parse(strings.NewReader(text))
	var p *ParseError
	if !errors.As(err, &p) || p.Line != 3 || !strings.Contains(p.Problem, "limited") {
		t.Errorf("%v", err)
	}
}

// TestLoadErrors: errors begin with file and line.
func TestLoadErrors(t *testing.T) {
	path := filepath.Join(t.TempDir(), "bad.xml")
	if err := os.WriteFile(path, []byte("<mujoco>\n<plugin/>\n</mujoco>"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(path); err == nil || !strings.HasPrefix(err.Error(), path+":2: <plugin>") {
		t.Errorf("%v", err)
	}
	if _, err := Load(path + "x"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%v", err)
	}
}

// TestSolids integrates mass and second moments of every shape over a grid of
// points and compares with the closed forms.
func TestSolids(t *testing.T) {
	for _, g := range []Geom{
		{Type: Sphere, Size: [3]float64{0.3}},
		{Type: Capsule, Size: [3]float64{0.2, 0.35}},
		{Type: Cylinder, Size: [3]float64{0.3, 0.2}},
		{Type: Box, Size: [3]float64{0.1, 0.2, 0.4}},
	} {
		const n = 120 // cells along each side of a cube around the shape
		cell := 1.2 / n
		volume, second := 0.0, [3]float64{}
		for i := range n * n * n {
			x := [3]float64{float64(i%n) - n/2 + .5, float64(i/n%n) - n/2 + .5, float64(i/n/n) - n/2 + .5}
			x = scale(cell, x)
			if g.contains(x) {
				volume += cell * cell * cell
				for k := range 3 {
					second[k] += cell * cell * cell * x[k] * x[k]
				}
			}
		}
		if math.Abs(volume-g.volume()) > 0.01*volume {
			t.Errorf("shape %d: volume %g, grid %g", g.Type, g.volume(), volume)
		}
		g.Mass = 5 * g.volume()
		got := g.inertia()
		for k := range 3 {
			want := 5 * (second[(k+1)%3] + second[(k+2)%3])
			if math.Abs(got[k]-want) > 0.01*want {
				t.Errorf("shape %d: moment %d is %g, grid %g", g.Type, k, got[k], want)
			}
		}
	}
}

// contains tells whether a point in the geom's axes is inside.
func (g *Geom) contains(x [3]float64) bool {
	r, h := g.Size[0], g.Size[1]
	switch g.Type {
	case Sphere:
		return norm3(x) < r
	case Capsule:
		return norm3([3]float64{x[0], x[1], max(0, math.Abs(x[2])-h)}) < r
	case Cylinder:
		return math.Hypot(x[0], x[1]) < r && math.Abs(x[2]) < h
	default:
		return math.Abs(x[0]) < r && math.Abs(x[1]) < h && math.Abs(x[2]) < g.Size[2]
	}
}

// TestJoin: a box cut in two is the box.
func TestJoin(t *testing.T) {
	whole := Geom{Type: Box, Size: [3]float64{0.1, 0.2, 0.3}, Mass: 6, Quat: [4]float64{1, 0, 0, 0}}
	left := Geom{Type: Box, Size: [3]float64{0.1, 0.2, 0.1}, Mass: 2, Pos: [3]float64{0, 0, -0.2}, Quat: whole.Quat}
	right := Geom{Type: Box, Size: [3]float64{0.1, 0.2, 0.2}, Mass: 4, Pos: [3]float64{0, 0, 0.1}, Quat: whole.Quat}
	got, want := join(left.lump(), right.lump()), whole.lump()
	wantNear(t, "inertia", got.inertia[:], want.inertia[:], 1e-15)
	wantNear(t, "com", got.com[:], want.com[:], 1e-15)
}
