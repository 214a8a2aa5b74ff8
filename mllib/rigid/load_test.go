package rigid

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// folder writes files into a new folder.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestInclude: a model cut into files is the model.
func TestInclude(t *testing.T) {
	dir := folder(t, map[string]string{
		"model.xml":       `<mujoco><include file="rules.xml"/><worldbody><body><include file="parts/leg.xml"/></body></worldbody></mujoco>`,
		"rules.xml":       `<mujocoinclude><default><joint damping="2"/></default></mujocoinclude>`,
		"parts/leg.xml":   `<any><joint name="hip"/><include file="parts/shape.xml"/></any>`,
		"parts/shape.xml": `<any><geom size="0.1" pos="0.2 0 0"/></any>`,
	})
	m, err := Load(filepath.Join(dir, "model.xml"))
	if err != nil {
		t.Fatal(err)
	}
	whole := parse(t, `<mujoco><default><joint damping="2"/></default><worldbody><body><joint name="hip"/><geom size="0.1" pos="0.2 0 0"/></body></worldbody></mujoco>`)
	a, b := m.NewState(), whole.NewState()
	a.Advance(Euler, 10)
	b.Advance(Euler, 10)
	wantNear(t, "position", a.Q, b.Q, 0)
	if m.Joint(0).Damping != 2 {
		t.Errorf("damping %g", m.Joint(0).Damping)
	}
}

// TestIncludeErrors: nothing outside of the folder, nothing twice, nothing that
// is not a file; a mistake is reported in the file it is in.
func TestIncludeErrors(t *testing.T) {
	dir := folder(t, map[string]string{
		"outside.xml":   "<a/>",
		"in/up.xml":     "<mujoco>\n<include file=\"../outside.xml\"/></mujoco>",
		"in/link.xml":   "<mujoco>\n<include file=\"away.xml\"/></mujoco>",
		"in/self.xml":   "<mujoco>\n<include file=\"./self.xml\"/></mujoco>",
		"in/twice.xml":  "<mujoco>\n<include file=\"part.xml\"/>\n<include file=\"part.xml\"/></mujoco>",
		"in/folder.xml": "<mujoco>\n<include file=\"sub\"/></mujoco>",
		"in/none.xml":   "<mujoco>\n<include file=\"missing.xml\"/></mujoco>",
		"in/bad.xml":    "<mujoco>\n<include file=\"broken.xml\"/></mujoco>",
		"in/joint.xml":  "<mujoco>\n<include file=\"wrong.xml\"/></mujoco>",
		"in/part.xml":   "<a><option/></a>",
		"in/broken.xml": "<a>\n\n<option></a>",
		"in/wrong.xml":  "<a>\n<default>\n<joint dumping=\"1\"/></default></a>",
		"in/sub/x.xml":  "<a/>",
	})
	if err := os.Symlink("../outside.xml", filepath.Join(dir, "in/away.xml")); err != nil {
		t.Skip(err)
	}
	for name, says := range map[string][]string{
		"up": {"up.xml:2: <include>", "escapes"}, "link": {"link.xml:2: <include>", "escapes"},
		"self": {"self.xml:2: <include>", "already"}, "twice": {"twice.xml:3: <include>", "already"},
		"folder": {"folder.xml:2", "not a regular file"}, "none": {"none.xml:2", "missing.xml"},
		"bad": {"broken.xml:3", "not well-formed"}, "joint": {"wrong.xml:3: <joint>", "dumping"},
	} {
		_, err := Load(filepath.Join(dir, "in", name+".xml"))
		for _, s := range says {
			if err == nil || !strings.Contains(err.Error(), s) {
				t.Errorf("%s: %v does not say %q", name, err, s)
			}
		}
	}
	if _, err := Load(dir); err == nil || !strings.Contains(err.Error(), "regular file") {
		t.Errorf("a folder: %v", err)
	}
}

// TestEncodings: marks and names of encodings that editors write.
func TestEncodings(t *testing.T) {
	body := `<mujoco model="m%s"><worldbody><body><joint/><geom size="1" pos="1 0 0"/></body></worldbody></mujoco>`
	for head, name := range map[string][2]string{
		"\ufeff": {"é", "é"}, "\ufeff<?xml version=\"1.0\" encoding=\"utf-8\"?>": {"é", "é"},
		`<?xml version="1.0" encoding="UTF8"?>`: {"é", "é"}, `<?xml version="1.0" encoding="us-ascii"?>`: {"e", "e"},
		`<?xml version="1.0" encoding="ISO-8859-1"?>`: {"\xe9", "é"},
	} {
		m := parse(t, head+strings.Replace(body, "%s", name[0], 1))
		if m.Name() != "m"+name[1] {
			t.Errorf("%q: name %q", head, m.Name())
		}
	}
}

// TestLongAttributes: what is ignored may be long, and reading takes a time
// that grows with the length only, however many elements inherit a text.
func TestLongAttributes(t *testing.T) {
	start := time.Now()
	long := strings.Repeat("0.5 ", 500000)
	parse(t, `<mujoco><asset><mesh vertex="`+long+`"/></asset><worldbody><body><joint/><geom size="1" pos="1 0 0"/></body></worldbody></mujoco>`)
	text := `<mujoco><default><geom rgba="` + long + `"/></default><worldbody><body>` + strings.Repeat(`<geom size="1" rgba="1 1 1 1"/>`, 2000) + `</body></worldbody></mujoco>`
	if _, err := Parse(strings.NewReader(text)); err != nil {
		t.Error(err)
	}
	if d := time.Since(start); d > 20*time.Second {
		t.Errorf("%v", d)
	}
}

// TestClasses: what overrides a class, and how far; the values are MuJoCo's.
func TestClasses(t *testing.T) {
	geom := func(class, own string) Geom {
		return parse(t, `<mujoco><default class="top"><geom type="capsule" size=".1 .2" `+class+`/></default><worldbody><body><geom `+own+`/></body></worldbody></mujoco>`).Geom(0)
	}
	if g := geom("", `size=".3"`); g.Size != [3]float64{.3, .2, 0} {
		t.Errorf("size %g", g.Size)
	}
	const h = 0.7071067811865476
	for _, c := range []struct {
		class, own string
		quat       [4]float64
	}{ // the last of quat, axisangle, xyaxes, zaxis, euler counts
		{`euler="90 0 0"`, `quat=".5 .5 .5 .5"`, [4]float64{h, h, 0, 0}},
		{`euler="90 0 0"`, `zaxis="1 0 0"`, [4]float64{h, h, 0, 0}},
		{`quat=".5 .5 .5 .5"`, `zaxis="1 0 0"`, [4]float64{h, 0, h, 0}},
		{`zaxis="1 0 0"`, `xyaxes="0 1 0 0 0 1"`, [4]float64{h, 0, h, 0}},
		{`xyaxes="0 1 0 0 0 1"`, `axisangle="0 1 0 30"`, [4]float64{.5, .5, .5, .5}},
	} {
		g := geom(c.class, c.own)
		wantNear(t, c.class+" "+c.own, g.Quat[:], c.quat[:], 1e-15)
	}
	m := parse(t, `<mujoco><default class="a"><geom size=".1"/></default><default class="b"><geom density="10"/></default><worldbody><body><geom class="b"/></body></worldbody></mujoco>`)
	if g := m.Geom(0); g.Size[0] != .1 || g.Mass != 10*g.volume() {
		t.Errorf("two top classes: %+v", g)
	}
}

// TestGlobal: the leg in world axes and the same leg in the bodies' axes move alike.
func TestGlobal(t *testing.T) {
	a, b := fixtureModel(t, "hopping_leg"), fixtureModel(t, "hopping_leg_auto")
	for i := range a.NumBodies() {
		x, y := a.Body(i), b.Body(i)
		wantNear(t, x.Name, x.Pos[:], y.Pos[:], 1e-15)
		wantNear(t, x.Name, []float64{x.Mass}, []float64{y.Mass}, 0.3) // another foot
	}
	for i := range a.NumJoints() {
		x, y := a.Joint(i), b.Joint(i)
		wantNear(t, x.Name, x.Pos[:], y.Pos[:], 1e-15)
	}
}

// TestTotalMass: the masses add up to what the compiler says, in proportion.
func TestTotalMass(t *testing.T) {
	text := `<mujoco><compiler settotalmass="5"/><worldbody><body><joint/><geom size="1" pos="1 0 0"/><body><geom size="1" density="3000"/></body></body></worldbody></mujoco>`
	m := parse(t, text)
	wantNear(t, "masses", []float64{m.Body(1).Mass, m.Body(2).Mass, m.Body(2).Inertia[0]}, []float64{1.25, 3.75, 1.5}, 1e-14)
}

// TestFlags: parts that an option switches off.
func TestFlags(t *testing.T) {
	text := `<mujoco><option><flag %s="disable"/></option><worldbody><geom type="plane" size="1 1 1"/><body pos="0 0 0.05"><joint type="slide" axis="0 0 1" limited="true" range="0.1 1"/><geom size="0.1"/></body></worldbody></mujoco>`
	acc := make([]float64, 1)
	got := map[string]float64{}
	for _, flag := range []string{"energy", "contact", "limit", "constraint", "gravity"} {
		parse(t, strings.Replace(text, "%s", flag, 1)).NewState().Forward(acc)
		got[flag] = acc[0]
	}
	wantNear(t, "no constraints", []float64{got["constraint"]}, []float64{-9.81}, 1e-14)
	// The limit pushes harder than the floor, so that only without it the floor does.
	if got["contact"] != got["energy"] || !(got["gravity"] > got["energy"] && got["energy"] > got["limit"] && got["limit"] > 0) {
		t.Errorf("%v", got)
	}
}

// TestLongNames: no error repeats a name of any length.
func TestLongNames(t *testing.T) {
	x := strings.Repeat("x", 100000)
	for _, text := range []string{
		"<" + x + "/>", "<mujoco><" + x + "/></mujoco>", wrap(`<joint ` + x + `="1"/>`), wrap(`<joint name="` + x + `" type="` + x + `"/>`),
		wrap(`<joint name="` + x + `"/><joint name="` + x + `"/>`), wrap(`<geom class="` + x + `"/>`), wrap(`<joint axis="` + x + `"/>`),
		"<mujoco><include file=\"" + x + "\"/></mujoco>", "<mujoco></" + x + ">", `<mujoco><compiler eulerseq="` + x + `"/></mujoco>`,
		`<?xml version="1.0" encoding="` + x + `"?><mujoco/>`, "<mujoco>" + x + "</mujoco>", wrap(`<joint ` + x + `:a="1"/>`),
		`<mujoco model="` + x + `"><worldbody><body><joint/></body></worldbody></mujoco>`,
	} {
		if _, err := Parse(strings.NewReader(text)); err == nil || len(err.Error()) > 1000 {
			t.Errorf("%.60q: an error of %d bytes", text, len(err.Error()))
		}
	}
}
