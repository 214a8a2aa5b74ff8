package rigid

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Tolerances on error / max(1, |value|) unless a comment says otherwise.
const (
	tolRigid  = 1e-11 // M, forces, poses, Jacobians, energy of a state
	tolAccel  = 1e-9  // accelerations
	tolFree   = 1e-9  // trajectories without constraints
	tolWhole  = 1e-8  // trajectories with constraints as long as they are not chaotic
	tolRandom = 1e-6  // 50 control steps of the random ant
)

const repository = "../.."

func robot(t testing.TB, name string) *Model {
	t.Helper()
	m, err := Load(filepath.Join(repository, "data/robots", name+".xml"))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// referenceDir is the folder of reference data: ML3_REFERENCE, from the root of
// the repository or from here, or the one that comes with the repository. A
// folder that is not there is a failure; one without MuJoCo's files is not if it
// has PyTorch's.
func referenceDir(t *testing.T) string {
	t.Helper()
	given := os.Getenv("ML3_REFERENCE")
	if given == "" {
		return filepath.Join(repository, "data", "reference")
	}
	dir := given
	if fromRoot := filepath.Join(repository, given); !filepath.IsAbs(given) && isFolder(fromRoot) {
		dir = fromRoot
	}
	if !isFolder(dir) {
		t.Fatalf("ML3_REFERENCE=%s: no such folder, neither from here nor from the root of the repository", given)
	}
	if !isFolder(filepath.Join(dir, "mujoco")) && isFolder(filepath.Join(dir, "pytorch")) {
		t.Skipf("no files of MuJoCo in %s", dir)
	}
	return dir
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// TestReference compares with every file of MuJoCo's answers, each by the rules
// of what the file says it is. A file that is of no known kind is a failure.
func TestReference(t *testing.T) {
	found := 0
	err := filepath.WalkDir(filepath.Join(referenceDir(t), "mujoco"), func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		switch filepath.Ext(path) {
		case ".json":
			found++
			t.Run(strings.TrimSuffix(filepath.Base(path), ".json"), func(t *testing.T) { checkFile(t, path) })
		case ".xml":
			if _, err := Load(path); err != nil {
				t.Error(err)
			}
		case ".md":
		default:
			t.Errorf("%s: no rule for such a file", path)
		}
		return nil
	})
	if err != nil || found == 0 {
		t.Fatalf("%d files found, error %v", found, err)
	}
}

// checkFile finds out what a file holds by the fields it has.
func checkFile(t *testing.T, path string) {
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var about struct {
		Model        string
		QPos         json.RawMessage
		QPos0        json.RawMessage
		Episodes     int
		States       []map[string]json.RawMessage
		Constraints  string
		BodyParentid []int `json:"body_parentid"`
	}
	if err := json.Unmarshal(text, &about); err != nil {
		t.Fatal(err)
	}
	m := robot(t, about.Model)
	has := func(key string) bool { // in every state
		return len(about.States) > 0 && !slices.ContainsFunc(about.States, func(s map[string]json.RawMessage) bool { return s[key] == nil })
	}
	switch {
	case about.BodyParentid != nil:
		checkModel(t, m, text)
	case has("M"):
		checkStates(t, m, text)
	case has("qacc_smooth"):
		checkConstraintStates(t, m, text)
	case about.QPos != nil:
		checkTrajectory(t, m, text, filepath.Base(path))
	case about.Episodes > 0:
		checkStatistics(t, m, text)
	default:
		t.Fatalf("%s holds none of: a model, states, states with constraints, a trajectory, statistics", path)
	}
}

func decode(t *testing.T, text []byte, into any) {
	t.Helper()
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatal(err)
	}
}

// worst collects the largest error by quantity.
type worst struct {
	t   *testing.T
	max map[string]float64
}

func newWorst(t *testing.T) *worst {
	w := &worst{t, map[string]float64{}}
	t.Cleanup(func() {
		line := ""
		for _, k := range sortedKeys(w.max) {
			line += fmt.Sprintf(" %s %.1e", k, w.max[k])
		}
		t.Log("largest errors:" + line)
	})
	return w
}

// near checks got against want with error / max(floor, |want|).
func (w *worst) near(what string, got, want []float64, tol, floor float64) {
	w.t.Helper()
	if len(got) != len(want) {
		w.t.Errorf("%s: %d numbers, reference has %d", what, len(got), len(want))
		return
	}
	key, _, _ := strings.Cut(what, " ")
	for i := range got {
		e := math.Abs(got[i]-want[i]) / max(floor, math.Abs(want[i]))
		if !(e <= tol) {
			w.t.Errorf("%s[%d] = %.17g, reference %.17g, error %.2g exceeds %g", what, i, got[i], want[i], e, tol)
			return
		}
		w.max[key] = max(w.max[key], e)
	}
}

// checkModel compares what the parser and the compiler made of a file.
func checkModel(t *testing.T, m *Model, text []byte) {
	var r modelFile
	decode(t, text, &r)
	w := newWorst(t)
	ints := []int{m.NQ(), m.NV(), m.NU(), m.NumBodies(), m.NumJoints(), m.NumGeoms(), m.NumSites()}
	if want := []int{r.NQ, r.NV, r.NU, r.NBody, r.NJnt, r.NGeom, r.NSite}; fmt.Sprint(ints) != fmt.Sprint(want) {
		t.Fatalf("sizes %v, reference %v", ints, want)
	}
	if m.Timestep() != r.Opt.Timestep || m.Integrator().String() != r.Opt.Integrator {
		t.Errorf("time step %g %v, reference %g %s", m.Timestep(), m.Integrator(), r.Opt.Timestep, r.Opt.Integrator)
	}
	g := m.Gravity()
	w.near("gravity", g[:], r.Opt.Gravity, 0, 1)
	w.near("total_mass", []float64{m.TotalMass()}, []float64{r.TotalMass}, tolRigid, 1)
	w.near("qpos0", m.Q0(), r.QPos0, tolRigid, 1)
	w.near("dof_invweight0", m.dofW, r.DofInvweight0, tolRigid, 1)
	checkBodies(w, m, &r)
	checkJoints(w, m, &r)
	checkGeoms(w, m, &r)
}

func checkBodies(w *worst, m *Model, r *modelFile) {
	for b := range m.NumBodies() {
		body := m.Body(b)
		at := fmt.Sprintf("of body %d", b)
		if body.Name != r.BodyName[b] || body.Parent != r.BodyParent[b] {
			w.t.Errorf("body %d is %s below %d, reference %s below %d", b, body.Name, body.Parent, r.BodyName[b], r.BodyParent[b])
		}
		w.near("body_pos "+at, body.Pos[:], r.BodyPos[3*b:3*b+3], tolRigid, 1)
		w.near("body_quat "+at, body.Quat[:], r.BodyQuat[4*b:4*b+4], tolRigid, 1)
		w.near("body_mass "+at, []float64{body.Mass}, r.BodyMass[b:b+1], tolRigid, 1)
		w.near("body_ipos "+at, body.CoM[:], r.BodyIPos[3*b:3*b+3], tolRigid, 1)
		q := quatMat([4]float64(r.BodyIQuat[4*b:]))
		tensor := rotateTensor(&q, &[6]float64{r.BodyInertia[3*b], r.BodyInertia[3*b+1], r.BodyInertia[3*b+2]})
		w.near("body_inertia "+at, body.Inertia[:], tensor[:], tolRigid, 1e-3)
		w.near("body_invweight0 "+at, m.bodyW[b][:], r.BodyInvweight0[2*b:2*b+2], tolRigid, 1)
	}
}

func checkJoints(w *worst, m *Model, r *modelFile) {
	for i := range m.NumJoints() {
		j := m.Joint(i)
		at := fmt.Sprintf("of joint %d", i)
		kind := map[int]JointType{0: Free, 2: Slide, 3: Hinge}[r.JntType[i]]
		if j.Name != r.JntName[i] || j.Type != kind || j.Body != r.JntBody[i] || j.QIndex != r.JntQPos[i] || j.VIndex != r.JntDof[i] || j.Limited != (r.JntLimited[i] != 0) {
			w.t.Errorf("joint %d: %+v differs from the reference", i, j)
		}
		if j.Type == Free {
			continue
		}
		w.near("jnt_axis "+at, j.Axis[:], r.JntAxis[3*i:3*i+3], tolRigid, 1)
		w.near("jnt_pos "+at, j.Pos[:], r.JntPos[3*i:3*i+3], tolRigid, 1)
		w.near("jnt_range "+at, j.Range[:], r.JntRange[2*i:2*i+2], tolRigid, 1)
		w.near("dof_armature "+at, []float64{j.Armature}, r.DofArmature[j.VIndex:j.VIndex+1], tolRigid, 1)
		w.near("dof_damping "+at, []float64{j.Damping}, r.DofDamping[j.VIndex:j.VIndex+1], tolRigid, 1)
	}
	for i := range m.NU() {
		a := m.Motor(i)
		if a.Name != r.ActuatorName[i] || a.Joint != r.ActuatorJoint[i] || a.Gear != r.ActuatorGear[i] {
			w.t.Errorf("motor %d: %+v differs from the reference", i, a)
		}
		w.near("ctrlrange", a.Range[:], r.ActuatorRange[2*i:2*i+2], 0, 1)
	}
}

func checkGeoms(w *worst, m *Model, r *modelFile) {
	kinds := map[int]GeomType{0: Plane, 2: Sphere, 3: Capsule, 5: Cylinder, 6: Box}
	for i := range m.NumGeoms() {
		g := m.Geom(i)
		at := fmt.Sprintf("of geom %d", i)
		if g.Name != r.GeomName[i] || g.Type != kinds[r.GeomType[i]] || g.Body != r.GeomBody[i] || g.Contype != r.GeomContype[i] || g.Conaffinity != r.GeomConaffinity[i] {
			w.t.Errorf("geom %d: %+v differs from the reference", i, g)
		}
		w.near("geom_pos "+at, g.Pos[:], r.GeomPos[3*i:3*i+3], tolRigid, 1)
		w.near("geom_quat "+at, g.Quat[:], r.GeomQuat[4*i:4*i+4], tolRigid, 1)
		w.near("geom_size "+at, g.Size[:], r.GeomSize[3*i:3*i+3], tolRigid, 1)
		w.near("geom_friction "+at, []float64{g.Friction}, r.GeomFriction[3*i:3*i+1], 0, 1)
		w.near("geom_margin "+at, []float64{g.Margin}, r.GeomMargin[i:i+1], 0, 1)
	}
	for i := range m.NumSites() {
		s := m.Site(i)
		if s.Name != r.SiteName[i] || s.Body != r.SiteBody[i] {
			w.t.Errorf("site %d: %+v differs from the reference", i, s)
		}
		w.near("site_pos", s.Pos[:], r.SitePos[3*i:3*i+3], tolRigid, 1)
		w.near("site_quat", s.Quat[:], r.SiteQuat[4*i:4*i+4], tolRigid, 1)
	}
}
