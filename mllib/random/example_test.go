package random_test

import (
	"fmt"

	"ml3/mllib/random"
)

// Every use has a stream of its own: drawing more for one does not change another.
func ExampleStream() {
	theta, tasks := random.Stream(7, "θ"), random.Stream(7, "tasks")
	for range 1000 {
		tasks.Float64()
	}
	fmt.Println(theta.IntN(1000), random.Stream(7, "θ").IntN(1000), random.Stream(8, "θ").IntN(1000))
	// Output:
	// 842 842 286
}
