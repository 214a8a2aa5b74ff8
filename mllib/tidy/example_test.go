package tidy_test

import (
	"fmt"
	"log"
	"math"

	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"

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
	rows = rows.Where(tidy.Metric("mse"), tidy.Steps(100, 100), tidy.Has("net", "paper 40-40"), tidy.Has("split", "meta-test"), tidy.Has("x", "[-5,5]"))
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

// The same in gota: a mean for each method and seed, as a dataframe.
func ExampleToFrame() {
	rows, err := tidy.ReadFile("../../data/results/sine.csv")
	if err != nil {
		log.Fatal(err)
	}
	frame := tidy.ToFrame(rows.Where(tidy.Metric("mse"), tidy.Steps(100, 100),
		tidy.Has("net", "paper 40-40"), tidy.Has("split", "meta-test"), tidy.Has("x", "[-5,5]")))
	seeds := frame.GroupBy("method", "seed").Aggregation([]dataframe.AggregationType{dataframe.Aggregation_MEAN}, []string{"value"})
	for _, method := range []string{"learned", "task loss"} {
		v := seeds.Filter(dataframe.F{Colname: "method", Comparator: series.Eq, Comparando: method}).Col("value_MEAN")
		fmt.Printf("%-9s  %.3f ± %.3f\n", method, v.Mean(), 2.262*v.StdDev()/math.Sqrt(float64(v.Len())))
	}
	// Output:
	// learned    1.545 ± 0.309
	// task loss  3.328 ± 0.737
}
