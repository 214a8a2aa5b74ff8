//go:build mujoco

package rigid

/*
#cgo LDFLAGS: -lmujoco
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <mujoco/mujoco.h>

// MuJoCo reports fatal errors through a callback that must not return, and by
// default waits for a key. Every call into it runs between arm and disarm; an
// error jumps back and leaves its text.
static _Thread_local jmp_buf escape;
static _Thread_local int armed;
static _Thread_local char problem[1000];

static void onError(const char* text) {
	snprintf(problem, sizeof problem, "%s", text);
	if (armed) longjmp(escape, 1);
	fprintf(stderr, "MuJoCo: %s\n", text);
	abort();
}
static void onWarning(const char* text) { (void)text; }
static void setHandlers(void) {
	mju_user_error = onError;
	mju_user_warning = onWarning;
}

#define GUARDED(body)                                   \
	if (setjmp(escape)) { armed = 0; return strdup(problem); } \
	armed = 1; body; armed = 0; return NULL

static char* loadText(const char* text, int n, mjModel** m) {
	static mjVFS files; // 200 kB and more; loading is under a lock
	GUARDED(
		*m = NULL;
		mj_defaultVFS(&files);
		mj_makeEmptyFileVFS(&files, "model.xml", n);
		memcpy(files.filedata[0], text, n);
		problem[0] = 0;
		*m = mj_loadXML("model.xml", &files, problem, sizeof problem);
		mj_deleteVFS(&files);
		if (!*m) { armed = 0; return strdup(problem[0] ? problem : "no model"); }
	);
}
static char* makeData(mjModel* m, mjData** d) { GUARDED(*d = mj_makeData(m)); }
static char* forward(mjModel* m, mjData* d) { GUARDED(mj_forward(m, d)); }
static char* steps(mjModel* m, mjData* d, int n) { GUARDED(for (int i = 0; i < n; i++) mj_step(m, d)); }
static char* massMatrix(mjModel* m, mjData* d, double* dst) {
	GUARDED(mj_kinematics(m, d); mj_comPos(m, d); mj_crb(m, d); mj_fullM(m, dst, d->qM));
}
static char* recursion(mjModel* m, mjData* d, int acceleration, double* tau) {
	GUARDED(mj_kinematics(m, d); mj_comPos(m, d); mj_comVel(m, d); mj_passive(m, d);
		mj_rne(m, d, acceleration, tau));
}
*/
import "C"

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"sync"
	"unsafe"
)

// loading guards MuJoCo's XML reader, which keeps global state in C.
var loading sync.Mutex

// MuJoCo runs a model by MuJoCo's C library, for comparison. It belongs to one
// goroutine; Close frees its memory.
type MuJoCo struct {
	model *C.mjModel
	data  *C.mjData
}

var _ Simulator = (*MuJoCo)(nil)

// LoadMuJoCo reads a model file with MuJoCo.
func LoadMuJoCo(path string) (*MuJoCo, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	s, err := ParseMuJoCo(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return s, nil
}

// ParseMuJoCo reads a model with MuJoCo. The library must be the version its
// header was written for.
func ParseMuJoCo(text []byte) (*MuJoCo, error) {
	loading.Lock()
	defer loading.Unlock()
	if got, want := int(C.mj_version()), int(C.mjVERSION_HEADER); got != want {
		return nil, fmt.Errorf("rigid: libmujoco is version %d, its header %d", got, want)
	}
	C.setHandlers()
	// Without a size element MuJoCo reserves megabytes for contacts.
	small := bytes.Replace(text, []byte("<worldbody>"), []byte(`<size njmax="1200" nconmax="300"/><worldbody>`), 1)
	if len(small) == 0 {
		return nil, errors.New("rigid: empty model")
	}
	s := &MuJoCo{}
	if err := failure(C.loadText((*C.char)(unsafe.Pointer(&small[0])), C.int(len(small)), &s.model)); err != nil {
		return nil, err
	}
	if err := failure(C.makeData(s.model, &s.data)); err != nil {
		C.mj_deleteModel(s.model)
		return nil, err
	}
	return s, nil
}

// Close frees the memory of the library.
func (s *MuJoCo) Close() {
	C.mj_deleteData(s.data)
	C.mj_deleteModel(s.model)
	s.data, s.model = nil, nil
}

// failure is MuJoCo's message as an error; nil if there is none.
func failure(problem *C.char) error {
	if problem == nil {
		return nil
	}
	defer C.free(unsafe.Pointer(problem))
	return fmt.Errorf("rigid: MuJoCo: %s", C.GoString(problem))
}

// must panics with MuJoCo's message: sizes are checked, so an error is ours.
func must(problem *C.char) {
	if err := failure(problem); err != nil {
		panic(err)
	}
}

// slice is C memory of n numbers.
func slice(p *C.mjtNum, n C.int) []float64 {
	if n == 0 {
		return nil
	}
	return unsafe.Slice((*float64)(unsafe.Pointer(p)), int(n))
}

func (s *MuJoCo) vec(what string, x []float64) *C.double {
	mustHave(what, x, int(s.model.nv))
	return (*C.double)(unsafe.Pointer(&x[0]))
}

// Disable switches limits and contacts off.
func (s *MuJoCo) Disable(d Disable) {
	flags := C.int(0)
	if d&DisableLimits != 0 {
		flags |= C.mjDSBL_LIMIT
	}
	if d&DisableContacts != 0 {
		flags |= C.mjDSBL_CONTACT
	}
	s.model.opt.disableflags = flags
}

// Precise makes the solver of constraints continue to the last digit, from a
// cold start.
func (s *MuJoCo) Precise() {
	s.model.opt.tolerance = 1e-15
	s.model.opt.iterations = 500
	s.model.opt.disableflags |= C.mjDSBL_WARMSTART
}

// SetState implements Simulator.
func (s *MuJoCo) SetState(q, v, ctrl []float64) {
	set := func(what string, dst, src []float64) {
		if src != nil {
			mustHave(what, src, len(dst))
			copy(dst, src)
		}
	}
	set("positions", slice(s.data.qpos, s.model.nq), q)
	set("velocities", slice(s.data.qvel, s.model.nv), v)
	set("controls", slice(s.data.ctrl, s.model.nu), ctrl)
}

// GetState implements Simulator.
func (s *MuJoCo) GetState(q, v []float64) {
	copy(q, slice(s.data.qpos, s.model.nq))
	copy(v, slice(s.data.qvel, s.model.nv))
}

// MassMatrix implements Simulator.
func (s *MuJoCo) MassMatrix(dst []float64) {
	mustHave("elements of the mass matrix", dst, int(s.model.nv*s.model.nv))
	must(C.massMatrix(s.model, s.data, (*C.double)(unsafe.Pointer(&dst[0]))))
}

// Bias implements Simulator.
func (s *MuJoCo) Bias(dst []float64) {
	must(C.recursion(s.model, s.data, 0, s.vec("bias forces", dst)))
}

// Inverse implements Simulator.
func (s *MuJoCo) Inverse(acc, tau []float64) {
	mustHave("accelerations", acc, int(s.model.nv))
	copy(slice(s.data.qacc, s.model.nv), acc)
	must(C.recursion(s.model, s.data, 1, s.vec("torques", tau)))
	armature := slice(s.model.dof_armature, s.model.nv)
	passive := slice(s.data.qfrc_passive, s.model.nv)
	for i := range tau {
		tau[i] += armature[i]*acc[i] - passive[i]
	}
}

// Forward implements Simulator.
func (s *MuJoCo) Forward(acc []float64) {
	must(C.forward(s.model, s.data))
	mustHave("accelerations", acc, int(s.model.nv))
	copy(acc, slice(s.data.qacc, s.model.nv))
}

// Advance implements Simulator; all steps are one call into the library.
func (s *MuJoCo) Advance(k Integrator, steps int) {
	s.model.opt.integrator = C.mjINT_EULER
	if k == RK4 {
		s.model.opt.integrator = C.mjINT_RK4
	}
	must(C.steps(s.model, s.data, C.int(steps)))
}
