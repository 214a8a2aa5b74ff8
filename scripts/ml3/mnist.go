package main

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"ml3/mllib/digits"
)

func (a *app) mnistCommand() *cobra.Command {
	var from string
	c := &cobra.Command{
		Use:   "mnist",
		Short: "Fetch the handwritten digits of MNIST",
		Long: `Fetch MNIST (12 MB) over HTTPS to data/mnist, check it, and resume what was
interrupted. With --from take the four files from a folder instead. Without
MNIST the experiment digits runs on digits rendered from fonts.`,
		Example: `  ml3 mnist
  ml3 mnist --from ~/Downloads`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return a.mnist(c.Context(), from)
		},
	}
	c.Flags().StringVar(&from, "from", "", "take the files from this `folder`")
	return c
}

// mnist puts the four files of MNIST into data/mnist.
func (a *app) mnist(ctx context.Context, from string) error {
	dir := filepath.Join(a.root, "data", "mnist")
	if err := writable(dir, ""); err != nil {
		return err
	}
	if from != "" {
		if err := digits.Import(from, dir); err != nil {
			return err
		}
	} else if err := a.fetch(ctx, dir); err != nil {
		return err
	}
	fmt.Fprintf(a.out, "MNIST is in %s\n", a.relative(dir))
	return nil
}

// fetch downloads the files, with a meter for each.
func (a *app) fetch(ctx context.Context, dir string) error {
	var m *meter
	current := ""
	err := digits.Fetch(ctx, dir, func(file string, done, total int64) {
		if file != current {
			if m != nil {
				m.end()
			}
			current, m = file, newMeter(a.progress, a.terminal, file, time.Now())
			fmt.Fprintln(a.progress, file)
		}
		m.set(float64(done) / float64(max(done, total, 1)))
	})
	if m != nil {
		m.end()
	}
	return err
}
