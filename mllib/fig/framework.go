package fig

import "gonum.org/v1/plot/vg/draw"

// Framework draws Fig. 1: how a learned loss is meta-trained. The inner loop
// (equations 2 and 3) runs along the top; the task loss and its gradient to φ
// (equations 5 and 6) come back below.
func Framework() Panel {
	return Panel{Name: "fig1-framework", Width: 26, Height: 11.8, draw: func(c draw.Canvas) { drawFramework(diagram{c}) }}
}

func drawFramework(d diagram) {
	const top, low = 7.9, 2.1
	data := box{2.7, top, 4.3, 2.6, Gray, "Task data", "x, y", "inputs and targets"}
	model := box{9.0, top, 4.6, 2.6, Green, "Optimizee", "ŷ = f_θ(x)", "prediction"}
	learned := box{15.4, top, 4.8, 2.6, Blue, "Learned loss", "ℒ = M_φ(y, ŷ)", "equation (3)"}
	updated := box{22.6, top, 5.4, 2.6, Green, "Updated optimizee", "θ_{new} = θ − α ∇_θ ℒ", "inner step, equation (2)"}
	task := box{22.6, low, 5.4, 2.4, Orange, "Task loss", "L_T(y, f_{θ_{new}}(x))", "measures the inner step"}
	outer := box{14.8, low, 5.6, 2.4, Blue, "Outer step", "φ ← φ − η ∇_φ L_T", "equations (5) and (6)"}

	d.region(0.3, 5.45, 25.4, 6.05, Blue)
	d.heading(0.7, 11.25, "Inner loop: all that is left at meta-test, with φ fixed", Blue)
	d.region(11.6, 0.65, 14.1, 3.95, Orange)
	d.heading(16.4, 4.35, "Outer loop: meta-training", Vermilion)
	for _, b := range []box{data, model, learned, updated, task, outer} {
		d.box(b)
	}
	x := func(b box, side float64) float64 { return b.x + side*b.w/2 }
	d.arrow(Black, Solid, []float64{x(data, 1), top, x(model, -1), top})
	d.label("x", (x(data, 1)+x(model, -1))/2, top, Black)
	d.arrow(Black, Solid, []float64{x(model, 1), top, x(learned, -1), top})
	d.label("ŷ", (x(model, 1)+x(learned, -1))/2, top, Black)
	d.arrow(Blue, Solid, []float64{x(learned, 1), top, x(updated, -1), top})
	d.label("∇_θ ℒ", (x(learned, 1)+x(updated, -1))/2, top, Blue)
	d.arrow(Black, Solid, []float64{data.x, top - 1.3, data.x, 5.95, 14.2, 5.95, 14.2, top - 1.3})
	d.label("y", 8.5, 5.95, Black)
	d.arrow(Green, Solid, []float64{22.6, top + 1.3, 22.6, 10.1, 9.0, 10.1, 9.0, top + 1.3})
	d.label("next inner step:  θ ← θ_{new}", 15.8, 10.1, Green)
	d.arrow(Green, Solid, []float64{22.6, top - 1.3, 22.6, low + 1.2})
	d.label("θ_{new}", 23.35, 4.75, Green)
	d.arrow(Orange, Dashed, []float64{x(task, -1), low, x(outer, 1), low})
	d.label("∇_φ L_T", (x(task, -1)+x(outer, 1))/2, low, Vermilion)
	d.arrow(Orange, Dashed, []float64{16.0, low + 1.2, 16.0, top - 1.3})
	d.label("φ", 15.6, 4.75, Vermilion)
	d.arrow(Gray, Solid, []float64{1.4, top - 1.3, 1.4, 0.3, 22.6, 0.3, 22.6, low - 1.2})
	d.label("x, y", 6.5, 0.3, Gray)
	d.key(3.2, 3.4, Black, Solid, "forward")
	d.key(3.2, 2.6, Blue, Solid, "inner gradient, to θ")
	d.key(3.2, 1.8, Orange, Dashed, "outer gradient, to φ")
}
