// Command ml3 recomputes the experiments of Meta Learning via Learned Loss,
// draws their figures, judges the paper's claims and runs the notebooks.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"ml3/mllib/paper"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	go func() { // a second Ctrl-C ends the program at once
		<-ctx.Done()
		stop()
	}()
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
