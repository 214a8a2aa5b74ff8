package rigid

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// Load reads a model from a file; errors start with file and line. What the
// file includes must lie in its folder or below, and may be included once.
func Load(path string) (*Model, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a regular file", path)
	}
	dir, err := os.OpenRoot(filepath.Dir(path))
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	m, err := load(dir, path, info)
	var p *ParseError
	if errors.As(err, &p) && p.File == "" {
		p.File = path
	}
	return m, err
}

// load reads the model file at path; dir is its folder.
func load(dir *os.Root, path string, info fs.FileInfo) (*Model, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	in := &includer{dir: dir, seen: []fs.FileInfo{info}}
	return parseModel(f, in)
}

// Parse reads a model in a subset of MJCF, with MuJoCo 2.2.2's meaning and
// default values:
//
//	compiler   angle, inertiafromgeom, eulerseq, autolimits, coordinate, settotalmass
//	option     timestep, integrator (Euler, RK4), gravity; flag contact, limit,
//	           constraint, gravity
//	default    of joint, geom, site, motor; nested classes
//	body       pos, orientation, childclass; inertial, joint, freejoint, geom, site
//	joint      hinge, slide, free: axis, pos, range, ref, armature, damping,
//	           stiffness, springref, margin, solreflimit, solimplimit
//	geom       plane, sphere, capsule, cylinder, box: size, fromto, mass or
//	           density, condim 1 and 3, friction, margin, gap, priority, solmix,
//	           solref, solimp
//	motor      joint, gear, ctrlrange, forcerange
//	contact    exclude
//	include    of files in the folder of the model, by [Load] only
//
// Orientations are quat, axisangle, euler, xyaxes or zaxis. Ignored, because
// they cannot influence motion, are
//
//	asset, camera, custom, keyframe, light, material, mesh, sensor, size,
//	statistic, texture, visual and what is inside them; group, user, material
//	of all elements; the solver's kind, tolerance and number of iterations (the
//	optimum is found exactly), options that apply only if others are switched
//	on (magnetic, wind, o_margin, o_solref, o_solimp), names of folders;
//	balanceinertia, because what it would repair is refused; of a free joint
//	axis, pos, range, ref, springref, margin, solreflimit, solimplimit
//
// Everything else is a *[ParseError] that names element and line, as is a pair
// of geoms that may touch and whose contact is not supported: that is a sphere
// and a cylinder, for which MuJoCo's answer depends on rounding.
func Parse(r io.Reader) (*Model, error) {
	return parseModel(r, &includer{})
}

func parseModel(r io.Reader, in *includer) (*Model, error) {
	root, err := in.readXML(r, "")
	if err != nil {
		return nil, err
	}
	if root.tag != "mujoco" {
		return nil, root.errorf("a model starts with <mujoco>")
	}
	if err := in.expand(root, 0); err != nil {
		return nil, err
	}
	p := newParser()
	if err := p.file(root); err != nil {
		return nil, err
	}
	if err := p.model.compile(); err != nil {
		return nil, err
	}
	return &p.model, nil
}

// includer puts the content of files in the place of include elements.
type includer struct {
	source
	dir  *os.Root // nil if there is no folder to include from
	seen []fs.FileInfo
}

// expand replaces the include elements below n.
func (in *includer) expand(n *node, depth int) error {
	if depth > maxDepth {
		return n.errorf("nested deeper than %d", maxDepth)
	}
	for i := 0; i < len(n.kids); {
		k := n.kids[i]
		if k.tag != "include" {
			if err := in.expand(k, depth+1); err != nil {
				return err
			}
			i++
			continue
		}
		root, err := in.include(k)
		if err != nil {
			return err
		}
		n.kids = slices.Replace(n.kids, i, i+1, root.kids...)
	}
	return nil
}

// include reads the file that an include element names.
func (in *includer) include(n *node) (*node, error) {
	name := n.attr["file"].text
	switch {
	case len(n.attr) != 1 || name == "" || len(n.kids) > 0:
		return nil, n.errorf("a file name, and nothing else, is expected")
	case in.dir == nil:
		return nil, n.errorf("file %q: only a model that is read from a file can include others", shorten(name))
	}
	info, err := in.dir.Stat(filepath.FromSlash(name))
	switch {
	case err != nil:
		return nil, n.errorf("file %q: %v", shorten(name), cause(err))
	case !info.Mode().IsRegular():
		return nil, n.errorf("file %q is not a regular file", shorten(name))
	case slices.ContainsFunc(in.seen, func(f fs.FileInfo) bool { return os.SameFile(f, info) }):
		return nil, n.errorf("file %q has been included already", shorten(name))
	}
	in.seen = append(in.seen, info)
	f, err := in.dir.Open(filepath.FromSlash(name))
	if err != nil {
		return nil, n.errorf("file %q: %v", shorten(name), cause(err))
	}
	defer f.Close()
	return in.readXML(f, filepath.Join(in.dir.Name(), filepath.FromSlash(name)))
}

// cause leaves out the name from an error of a file.
func cause(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}
