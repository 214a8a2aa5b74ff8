package ad_test

import (
	"fmt"

	"ml3/mllib/ad"
)

// The gradient of x³ is a value like any other: the gradient of its sum is 6x.
func ExampleGrad() {
	x := ad.New(1, 3, []float64{1, 2, 3})
	y := ad.Sum(ad.Mul(x, ad.Square(x)))
	first := ad.Grad(y, x)[0]
	second := ad.Grad(ad.Sum(first), x)[0]
	fmt.Println(first.Data, second.Data)
	// Output: [3 12 27] [6 12 18]
}
