package rl_test

import (
	"context"
	"fmt"
	"log"

	"ml3/mllib/ad"
	"ml3/mllib/rl"
)

// cart is a unit mass on a line: x = (position m, velocity m/s), u = force N, steps of
// 0.1 s.
type cart struct{}

func (cart) Next(x, u *ad.Value) *ad.Value {
	position, velocity := ad.SliceCols(x, 0, 1), ad.SliceCols(x, 1, 2)
	return ad.ConcatCols(ad.AddScaled(position, 0.1, velocity), ad.AddScaled(velocity, 0.1, u))
}

// parking is a little for force, and much for not standing at 1 m in the end.
type parking struct{}

func (parking) Stage(_, u *ad.Value) *ad.Value { return ad.Scale(1e-3, ad.Square(u)) }
func (parking) Final(x *ad.Value) *ad.Value {
	return ad.SumCols(ad.Square(ad.Sub(x, ad.New(1, 2, []float64{1, 0}))))
}

// Twenty actions within ±2 N bring the cart to rest at 1 m.
func ExampleILQR() {
	actions := make([][]float64, 20)
	for t := range actions {
		actions[t] = []float64{0}
	}
	solver := rl.DefaultILQR(cart{}, parking{}, []float64{-2}, []float64{2})
	plan, err := solver.Solve(context.Background(), []float64{0, 0}, actions, nil)
	if err != nil {
		log.Fatal(err)
	}
	end := plan.States[20]
	fmt.Printf("%s: %.2f m, %.2f m/s; first action %.2f N, last %.2f N\n", plan.Status, end[0], end[1], plan.Actions[0][0], plan.Actions[19][0])
	// Output:
	// converged: 0.99 m, 0.01 m/s; first action 1.40 N, last -1.38 N
}
