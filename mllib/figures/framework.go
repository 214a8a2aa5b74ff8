package figures

import (
	"image/color"

	"ml3/mllib/fig"
)

// Framework draws Fig. 1: how a learned loss is meta-trained. The inner loop
// (equations 2 and 3) runs along the top; the task loss and its gradient to φ
// (equations 5 and 6) come back below.
func Framework() fig.Panel {
	p := fig.NewDiagram("fig1-framework", 26, 11.8, drawFramework)
	p.Alt = "The method: task data go to the optimizee, its predictions to the learned loss, whose gradient updates the optimizee (inner loop); " +
		"the task loss of the updated optimizee, differentiated through that update, updates the learned loss (outer loop, in meta-training only)"
	return p
}

func drawFramework(d fig.Diagram) {
	const top, low = 7.9, 2.1
	block := func(x, y, w, h float64, c color.NRGBA, text ...string) fig.Block {
		return fig.Block{X: x, Y: y, W: w, H: h, Color: c, Title: text[0], Formula: text[1], Remark: text[2]}
	}
	data := block(2.7, top, 4.3, 2.6, fig.Gray, "Task data", "x, y", "inputs and targets")
	model := block(9.0, top, 4.6, 2.6, fig.Green, "Optimizee", "ŷ = f_θ(x)", "prediction")
	learned := block(15.4, top, 4.8, 2.6, fig.Blue, "Learned loss", "ℒ = M_φ(y, ŷ)", "equation (3)")
	updated := block(22.6, top, 5.4, 2.6, fig.Green, "Updated optimizee", "θ_{new} = θ − α ∇_θ ℒ", "inner step, equation (2)")
	task := block(22.6, low, 5.4, 2.4, fig.Orange, "Task loss", "L_T(y, f_{θ_{new}}(x))", "measures the inner step")
	outer := block(14.8, low, 5.6, 2.4, fig.Blue, "Outer step", "φ ← φ − η ∇_φ L_T", "equations (5) and (6)")

	d.Region(0.3, 5.45, 25.4, 6.05, fig.Blue)
	d.Heading(0.7, 11.25, "Inner loop: all that is left at meta-test, with φ fixed", fig.Blue)
	d.Region(11.6, 0.65, 14.1, 3.95, fig.Orange)
	d.Heading(16.4, 4.35, "Outer loop: meta-training", fig.Vermilion)
	for _, b := range []fig.Block{data, model, learned, updated, task, outer} {
		d.Block(b)
	}
	x := func(b fig.Block, side float64) float64 { return b.X + side*b.W/2 }
	d.Arrow(fig.Black, fig.Solid, []float64{x(data, 1), top, x(model, -1), top})
	d.Label("x", (x(data, 1)+x(model, -1))/2, top, fig.Black)
	d.Arrow(fig.Black, fig.Solid, []float64{x(model, 1), top, x(learned, -1), top})
	d.Label("ŷ", (x(model, 1)+x(learned, -1))/2, top, fig.Black)
	d.Arrow(fig.Blue, fig.Solid, []float64{x(learned, 1), top, x(updated, -1), top})
	d.Label("∇_θ ℒ", (x(learned, 1)+x(updated, -1))/2, top, fig.Blue)
	d.Arrow(fig.Black, fig.Solid, []float64{data.X, top - 1.3, data.X, 5.95, 14.2, 5.95, 14.2, top - 1.3})
	d.Label("y", 8.5, 5.95, fig.Black)
	d.Arrow(fig.Green, fig.Solid, []float64{22.6, top + 1.3, 22.6, 10.1, 9.0, 10.1, 9.0, top + 1.3})
	d.Label("next inner step:  θ ← θ_{new}", 15.8, 10.1, fig.Green)
	d.Arrow(fig.Green, fig.Solid, []float64{22.6, top - 1.3, 22.6, low + 1.2})
	d.Label("θ_{new}", 23.35, 4.75, fig.Green)
	d.Arrow(fig.Orange, fig.Dashed, []float64{x(task, -1), low, x(outer, 1), low})
	d.Label("∇_φ L_T", (x(task, -1)+x(outer, 1))/2, low, fig.Vermilion)
	d.Arrow(fig.Orange, fig.Dashed, []float64{16.0, low + 1.2, 16.0, top - 1.3})
	d.Label("φ", 15.6, 4.75, fig.Vermilion)
	d.Arrow(fig.Gray, fig.Solid, []float64{1.4, top - 1.3, 1.4, 0.3, 22.6, 0.3, 22.6, low - 1.2})
	d.Label("x, y", 6.5, 0.3, fig.Gray)
	d.Key(3.2, 3.4, fig.Black, fig.Solid, "forward")
	d.Key(3.2, 2.6, fig.Blue, fig.Solid, "inner gradient, to θ")
	d.Key(3.2, 1.8, fig.Orange, fig.Dashed, "outer gradient, to φ")
}
