package tidy_test

import (
	"fmt"
	"log"

	"ml3/mllib/tidy"
)

// The mean over five seeds, with its 95 % interval.
func ExampleBootstrap() {
	perSeed := []float64{0.9, 1.1, 1.4, 0.7, 1.2}
	in, err := tidy.Bootstrap(perSeed, tidy.Mean)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.2f [%.2f, %.2f]\n", tidy.Mean(perSeed), in.Low, in.High)
	// Output:
	// 1.06 [0.84, 1.26]
}

// The question the tables are for: the mean test error after 100 gradient steps, with
// its interval over seeds.
func ExampleTable_PerSeed() {
	rows, err := tidy.ReadFile("../../data/results/sine.csv")
	if err != nil {
		log.Fatal(err)
	}
	task := tidy.TaskOf("net", "paper 40-40", "split", "meta-test", "x", "[-5,5]")
	rows = rows.Where(tidy.Metric("mse"), tidy.Steps(100, 100), tidy.TaskPrefix(task))
	for _, method := range []string{"learned", "task loss"} {
		_, perSeed := rows.Where(tidy.Method(method)).PerSeed()
		in, err := tidy.Bootstrap(perSeed, tidy.Mean)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%-9s  %.3f [%.3f, %.3f]\n", method, tidy.Mean(perSeed), in.Low, in.High)
	}
	// Output:
	// learned    1.545 [1.302, 1.813]
	// task loss  3.328 [2.772, 3.981]
}
