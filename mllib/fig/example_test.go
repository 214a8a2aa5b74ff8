package fig_test

import (
	"fmt"
	"log"
	"os"

	"ml3/mllib/fig"
	"ml3/mllib/tidy"
)

// A curve with a band over seeds, from the rows of a table to files.
func ExamplePlot() {
	var rows tidy.Table
	for seed := range uint64(3) {
		for step := range 5 {
			rows = append(rows, tidy.Row{Experiment: "sine", Method: "learned", Seed: seed, Task: "split=meta-test",
				Step: step, Metric: "mse", Value: float64(seed+2) / float64(step+1)})
		}
	}
	curve, err := fig.Band(rows, fig.SDOverSeeds)
	if err != nil {
		log.Fatal(err)
	}
	curve.Label, curve.Style = "learned loss", fig.LineStyle(fig.Blue, fig.Solid, fig.NoMarker)
	fmt.Printf("at step %v the mean is %v\n", curve.X[4], curve.Y[4])

	p, err := fig.Plot{Name: "example", Title: "An example", Width: fig.PanelWidth, Height: fig.PanelHeight,
		X: fig.Axis{Label: "gradient steps"}, Y: fig.Axis{Label: "MSE"}, Layers: []fig.Layer{curve}}.Panel()
	if err != nil {
		log.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "ml3")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	if err := p.Save(dir); err != nil {
		log.Fatal(err)
	}
	files, _ := os.ReadDir(dir)
	for _, f := range files {
		fmt.Println(f.Name())
	}
	// Output:
	// at step 4 the mean is 0.6
	// example.png
	// example.svg
}
