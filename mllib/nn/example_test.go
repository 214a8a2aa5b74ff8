package nn_test

import (
	"fmt"

	"ml3/mllib/ad"
	"ml3/mllib/nn"
	"ml3/mllib/random"
)

// A network is a description; its parameters are values that are passed in. Ten steps
// of gradient descent fit it to the points of a line.
func ExampleMLP() {
	net := nn.MLP{Sizes: []int{1, 8, 1}, Hidden: ad.Tanh, Out: nn.Linear, Bias: true, Weights: nn.Xavier}
	theta := net.Init(nil, random.Stream(1, "θ"))
	x := ad.New(4, 1, []float64{-1, -0.5, 0.5, 1})
	y := ad.Scale(2, x)

	mse := func(theta nn.Params) *ad.Value { return ad.Mean(ad.Square(ad.Sub(net.Apply(theta, x), y))) }
	before := mse(theta).Item()
	for range 10 {
		theta = nn.Descend(theta, ad.Grad(mse(theta), theta...), ad.Scalar(0.1))
	}
	fmt.Printf("%d parameters, error %.2f, then %.2f\n", theta.Len(), before, mse(theta).Item())
	// Output: 25 parameters, error 0.57, then 0.01
}
