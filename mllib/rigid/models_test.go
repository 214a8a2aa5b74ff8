package rigid

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// zoo has every kind of joint, shape, orientation and inheritance at once: a
// cart on two slides that carries a chain of a two-joint body, a free box with
// an arm, and a tilted floor. (MuJoCo 2.2.2 sometimes counts a contact twice if
// the floor is part of a body, so it is part of the world.) Two geoms have mass 0 so that no
// body gets its inertia from several (lumps gives them mass).
const zoo = `
<mujoco model="zoo">
  <compiler angle="degree" inertiafromgeom="auto" eulerseq="zyX"/>
  <option timestep="0.004" integrator="RK4" gravity="0.3 -0.2 -9.5"/>
  <default>
    <joint armature="0.02" damping="0.1" limited="false"/>
    <geom density="300" contype="0" conaffinity="0" friction="0.8 0.1 0.1"/>
    <motor gear="3" ctrllimited="true" ctrlrange="-2 1.5"/>
    <default class="limb">
      <joint limited="true" range="-40 50" damping="0.3"/>
      <geom type="capsule" size="0.03 0.1" contype="2" margin="0.02"/>
      <default class="heavy"><geom density="2000"/></default>
    </default>
  </default>
  <worldbody>
    <geom name="slope" type="plane" size="5 5 1" pos="0 0.1 -0.2" euler="5 -8 3" conaffinity="2" friction="0.5 0 0"/>
    <body name="pedestal" pos="0 0 -0.3" euler="5 -8 3">
      <geom type="box" size="0.2 0.3 0.1" mass="2"/>
      <body name="cart" pos="0.1 0 0.5" axisangle="1 2 3 40">
        <joint name="x" type="slide" axis="1 0.2 0" damping="0"/>
        <joint name="y" type="slide" axis="0 1 0.1" pos="0.1 0.2 0.3" limited="true" range="-0.2 0.3"/>
        <geom type="box" size="0.1 0.05 0.04" euler="10 20 30"/>
        <geom type="cylinder" fromto="-0.1 0 0 0.1 0.02 0" size="0.02" mass="0"/>
        <body name="upper" childclass="limb" pos="0 0 0.1" xyaxes="1 0.1 0 0 1 0.3">
          <joint name="swing" axis="1 0 0.2" pos="0.01 0.02 0"/>
          <joint name="twist" axis="0 1 0" pos="0 0 0.03" range="-60 10"/>
          <geom fromto="0 0 0 0.1 0.1 0.2" size="0.03"/>
          <body name="plate" pos="0.1 0.1 0.2" zaxis="1 1 1">
            <geom class="heavy" type="cylinder" contype="0" size="0.05 0.02" zaxis="1 0 0.3"/>
            <site name="mark" pos="0.1 0 0" euler="3 2 1"/>
            <body name="lower">
              <joint name="bend" axis="0 -2 0.3"/>
              <geom name="shin" pos="0 0 0.15" axisangle="0 1 0.5 20"/>
              <geom type="sphere" size="0.05" pos="0 0 0.3" mass="0"/>
              <site name="toe" pos="0 0 0.35"/>
            </body>
          </body>
        </body>
      </body>
    </body>
    <body name="box" pos="0.7 0.3 0.5" quat="0.9 0.1 0.3 -0.2">
      <freejoint name="loose"/>
      <inertial pos="0.02 -0.01 0.03" mass="0.8" diaginertia="0.01 0.012 0.009" euler="20 0 10"/>
      <geom class="limb" type="sphere" size="0.12" pos="0 0 0.05"/>
      <body name="flap" pos="0.1 0 0">
        <joint name="flap" axis="0 0 1" class="limb"/>
        <geom class="limb" fromto="0 0 0 0.3 0 0" size="0.04"/>
      </body>
    </body>
  </worldbody>
  <actuator>
    <motor name="mx" joint="x"/>
    <motor name="ms" joint="swing" gear="-2 0 0"/>
    <motor name="mf" joint="flap" ctrllimited="false"/>
  </actuator>
</mujoco>`

// lumps is the zoo with bodies made of several geoms of different kinds.
func lumps() string {
	return strings.NewReplacer(`mass="0"`, `mass="0.3"`, `fromto="0 0 0 0.3 0 0" size="0.04"`, `type="box" contype="0" fromto="0 0 0 0.3 0 0.1" size="0.04"`).Replace(zoo)
}

func parse(t testing.TB, text string) *Model {
	t.Helper()
	m, err := Parse(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// robots are the models of data/robots and the zoo.
func robots(t testing.TB) map[string]*Model {
	all := map[string]*Model{"zoo": parse(t, zoo)}
	for _, name := range []string{"ant", "reacher", "reacher_ml3", "reacher_ml3_literal", "sawyer"} {
		all[name] = robot(t, name)
	}
	return all
}

// randomize draws joints around the reference, beyond many limits, any
// orientation, velocities and controls of order one (beyond the motors' range).
func randomize(s *State, rng *rand.Rand) {
	m := s.Model()
	copy(s.Q, m.q0)
	for i := range m.NumJoints() {
		j := m.Joint(i)
		if j.Type != Free {
			s.Q[j.QIndex] = rng.NormFloat64()
			continue
		}
		for k := range 7 {
			s.Q[j.QIndex+k] += rng.NormFloat64() * [...]float64{1, 1, 0.3, 1, 1, 1, 1}[k]
		}
		*(*[4]float64)(s.Q[j.QIndex+3:]) = unitQuat([4]float64(s.Q[j.QIndex+3:]))
	}
	for i := range s.V {
		s.V[i] = rng.NormFloat64()
	}
	for i := range s.Ctrl {
		s.Ctrl[i] = 1.5 * rng.NormFloat64()
	}
}

func randomVec(n int, rng *rand.Rand) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = rng.NormFloat64()
	}
	return x
}
