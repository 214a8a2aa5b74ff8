package main

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"ml3/mllib/files"
	"ml3/scripts/ml3/store"
)

// archiveOptions are the flags of ml3 archive.
type archiveOptions struct{ date, sbom string }

func (a *app) archiveCommand() *cobra.Command {
	o := archiveOptions{date: time.Now().UTC().Format(time.DateOnly)}
	c := &cobra.Command{
		Use:   "archive file.zip",
		Short: "Pack sources, data, figures and notebooks for a repository of research data",
		Long: `Pack what belongs to the clone into a ZIP file: sources, data, figures, notebooks, and

  SHA256SUMS              a checksum for every file: sha256sum -c SHA256SUMS
  ro-crate-metadata.json  what there is and how it came about (RO-Crate 1.1)
  sbom.cdx.json           the modules it is built from, with licences (CycloneDX)

The stored results are verified first. MNIST, quick results and whatever else git
ignores are left out. The same clone gives the same bytes on the same day. What is
unpacked needs Go and the modules, from a module cache or the network, and nothing
else.`,
		Example: `  ml3 archive ml3.zip`,
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return a.archive(c.Context(), args[0], o)
		},
	}
	c.Flags().StringVar(&o.date, "date", o.date, "the `day` of publication, by default today")
	c.Flags().StringVar(&o.sbom, "sbom", "", "take this CycloneDX `file`, by default cyclonedx-gomod makes one (it is built from scripts/tools)")
	return c
}

// Files that an archive has besides those of the clone.
const (
	sumsFile  = "SHA256SUMS"
	crateFile = "ro-crate-metadata.json"
	sbomFile  = "sbom.cdx.json"
)

// packed is a file of an archive: its path with slashes, and its content.
type packed struct {
	path    string
	content []byte
}

func (p packed) sum() string { return fmt.Sprintf("%x", sha256.Sum256(p.content)) }

// archiveBytes bounds a file that is packed.
const archiveBytes = 256 << 20

// archive writes the archive.
func (a *app) archive(ctx context.Context, to string, o archiveOptions) error {
	if filepath.Ext(to) != ".zip" {
		return fmt.Errorf("%s: the archive is a ZIP file: name it so", store.Clip(to))
	}
	day, err := time.Parse(time.DateOnly, o.date)
	if err != nil {
		return fmt.Errorf("--date %s: write a day as 2006-01-02", store.Clip(o.date))
	}
	in, err := a.places(profilePaper, "")
	if err != nil {
		return err
	}
	if err := a.verify(ctx, in, nil, verifyOptions{jobs: 1}); err != nil {
		return err
	}
	all, err := a.clone(ctx)
	if err != nil {
		return err
	}
	sbom, err := a.billOfMaterials(ctx, o.sbom)
	if err != nil {
		return err
	}
	all = append(all, packed{sbomFile, sbom})
	crate, err := describeCrate(a.experiments, all, o.date)
	if err != nil {
		return err
	}
	all = append(all, packed{crateFile, crate})
	var sums bytes.Buffer
	slices.SortFunc(all, func(x, y packed) int { return strings.Compare(x.path, y.path) })
	for _, p := range all {
		fmt.Fprintf(&sums, "%s  %s\n", p.sum(), p.path)
	}
	all = append(all, packed{sumsFile, sums.Bytes()})
	if err := files.WriteAtomic(to, func(w io.Writer) error { return pack(ctx, w, all, day) }); err != nil {
		return err
	}
	fmt.Fprintf(a.progress, "%d files in %s\n", len(all), to)
	return nil
}

// pack writes files into a ZIP file, in the folder ml3.
func pack(ctx context.Context, w io.Writer, all []packed, day time.Time) error {
	z := zip.NewWriter(w)
	for _, p := range all {
		if err := ctx.Err(); err != nil {
			return err
		}
		h := &zip.FileHeader{Name: "ml3/" + p.path, Method: zip.Deflate, Modified: day}
		h.SetMode(0o644)
		if bytes.HasPrefix(p.content, []byte("#!")) {
			h.SetMode(0o755)
		}
		f, err := z.CreateHeader(h)
		if err != nil {
			return err
		}
		if _, err := f.Write(p.content); err != nil {
			return err
		}
	}
	return z.Close()
}

// ignored says whether a path of the clone does not belong to it; it says what
// .gitignore says.
func ignored(name string, dir bool) bool {
	base := path.Base(name)
	if dir {
		return slices.Contains([]string{".git", "bin", "build", "data/mnist", "data/results/notebook", "data/results/quick", "figures/quick"}, name) ||
			slices.Contains([]string{".parts", ".ipynb_checkpoints", ".snakemake"}, base)
	}
	return slices.Contains([]string{".git", "notebooks/go.work", "notebooks/go.work.sum"}, name) || base == ".ml3.lock" ||
		slices.Contains([]string{".test", ".prof", ".tmp"}, path.Ext(name))
}

// clone reads the files of the clone, in order.
func (a *app) clone(ctx context.Context) ([]packed, error) {
	var all []packed
	err := filepath.WalkDir(a.root, func(file string, d fs.DirEntry, err error) error {
		if err != nil || file == a.root {
			return err
		}
		rel, err := filepath.Rel(a.root, file)
		if err != nil {
			return err
		}
		name := filepath.ToSlash(rel)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case ignored(name, d.IsDir()) && d.IsDir():
			return fs.SkipDir
		case d.IsDir() || ignored(name, false):
			return nil
		}
		content, err := files.Read(file, archiveBytes)
		all = append(all, packed{name, content})
		return err
	})
	return all, err
}

// billOfMaterials is the SBOM of the module, from a file if it is given.
func (a *app) billOfMaterials(ctx context.Context, file string) ([]byte, error) {
	if file != "" {
		return files.Read(file, archiveBytes)
	}
	cmd := exec.CommandContext(ctx, "go", "tool", "cyclonedx-gomod", "mod", "-json", "-licenses", "-std", "-noserial", "-notimestamp", a.root)
	cmd.Dir = filepath.Join(a.root, "scripts", "tools")
	cmd.Env = append(os.Environ(), "GOWORK=off")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	text, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("cyclonedx-gomod: %w: %s; --sbom takes a file that was made elsewhere", err, store.Clip(oneLine(stderr.String())))
	}
	return text, nil
}
