// Command ml3 recomputes the experiments of Meta Learning via Learned Loss,
// draws their figures, judges the paper's claims and runs the notebooks.
package main

import (
	"context"
	"os"

	"ml3/mllib/paper"
)

func main() {
	ctx := untilSignal(context.Background())
	a := &app{
		experiments: paper.All(),
		draw:        drawPanels,
		drawOthers:  drawFramework,
		out:         os.Stdout,
		progress:    os.Stderr,
		terminal:    isTerminal(os.Stderr),
	}
	os.Exit(a.execute(ctx, os.Args[1:], os.Stderr))
}
