package env_test

import (
	"fmt"
	"log"

	"ml3/mllib/ad"
	"ml3/mllib/env"
	"ml3/mllib/random"
)

// An episode of the reacher whose policy pulls the tip towards the goal and brakes:
// torques are the Jacobian's transpose times a force.
func ExampleEpisode() {
	world, err := env.Open("reacher-goal", "../../data")
	if err != nil {
		log.Fatal(err)
	}
	goal := env.Goals(world, 1, env.Anywhere, random.Stream(5, "test goal"))[0]
	e := env.NewEpisode(world)
	if err := e.Reset(goal, random.Stream(5, "test start")); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("goal (%.2f, %.2f) m, distance at the start %.2f m\n", goal[0], goal[1], e.Distance())
	total := 0.0
	for !e.Done() {
		o := e.Observation()
		fx, fy := -20*o[8]-3*o[6], -20*o[9]-3*o[7]
		x, y := o[4]+o[8], o[5]+o[9]     // of the tip
		lx, ly := x-0.1*o[0], y-0.1*o[2] // from the elbow to the tip
		action := []float64{x*fy - y*fx, lx*fy - ly*fx}
		if err := e.Step(action); err != nil {
			log.Fatal(err)
		}
		total += e.Measure()
	}
	fmt.Printf("distance at the end %.2f m, sum over %d steps %.1f\n", e.Distance(), e.Steps(), total)
	fmt.Println(e.Step([]float64{0, 1, 2}))
	// Output:
	// goal (0.07, 0.15) m, distance at the start 0.20 m
	// distance at the end 0.01 m, sum over 50 steps -2.4
	// env: reacher-goal: action of length 3, want 2 numbers
}

// The numbers that a policy sees, with their units.
func ExampleSpec() {
	world, err := env.Open("reacher-goal", "../../data")
	if err != nil {
		log.Fatal(err)
	}
	for i, q := range world.Spec().Observation {
		fmt.Printf("%2d %s (%s)\n", i, q.Name, q.Unit)
	}
	// Output:
	//  0 cos q1 (1)
	//  1 cos q2 (1)
	//  2 sin q1 (1)
	//  3 sin q2 (1)
	//  4 goal x (m)
	//  5 goal y (m)
	//  6 tip vx (m/s)
	//  7 tip vy (m/s)
	//  8 tip − goal x (m)
	//  9 tip − goal y (m)
	// 10 tip − goal z (m)
}

// The derivative of where the tip ends with respect to the torques of one step.
func ExampleJointReacherGoal_Next() {
	world, err := env.Open("joint-reacher-goal", "../../data")
	if err != nil {
		log.Fatal(err)
	}
	arm := world.(*env.JointReacherGoal)
	x, u := ad.RowVector(0.4, 0.5, 0, 0), ad.RowVector(0.1, 0)
	tip := arm.Position(arm.Next(x, u))
	for i, name := range []string{"x", "y"} {
		g := ad.Grad(ad.SliceCols(tip, i, i+1), u)[0]
		fmt.Printf("∂tip %s/∂u = (%.5f, %.5f) m/(N m)\n", name, g.Data[0], g.Data[1])
	}
	// Output:
	// ∂tip x/∂u = (-0.00017, -0.00325) m/(N m)
	// ∂tip y/∂u = (0.00040, 0.00231) m/(N m)
}
