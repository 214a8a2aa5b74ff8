package main

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// unpack returns the files of a ZIP file.
func unpack(t *testing.T, text string) map[string]string {
	t.Helper()
	z, err := zip.NewReader(strings.NewReader(text), int64(len(text)))
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		all[strings.TrimPrefix(f.Name, "ml3/")] = string(content)
	}
	return all
}

// TestArchive: all of the clone is there with its checksum, the crate describes files
// that are there, and the same clone gives the same bytes.
func TestArchive(t *testing.T) {
	b := newBench(t)
	t.Chdir(b.root)
	b.succeed("run", "--profile", "paper")
	b.succeed("run") // quick results, which do not belong to it
	b.write("notebooks/01.ipynb", "{}")
	b.write("scripts/x.sh", "#!/bin/sh\n")
	b.write("data/mnist/train", "x")
	out := t.TempDir()
	b.write("bom.json", "{}")
	args := []string{"archive", filepath.Join(out, "a.zip"), "--sbom", "bom.json", "--date", "2026-01-02"}
	b.succeed(args...)
	clone := &bench{t: t, app: &app{root: out}}
	first := clone.read("a.zip")
	b.succeed(args...)
	if clone.read("a.zip") != first {
		t.Error("the second archive is another")
	}
	all := unpack(t, first)
	for path, text := range b.files() {
		_, there := all[path]
		belongs := !strings.HasSuffix(path, "/") && !strings.Contains(path, "quick") && !strings.Contains(path, "mnist")
		if there != belongs || there && all[path] != text {
			t.Errorf("%s: in the archive: %v, want %v", path, there, belongs)
		}
	}
	sums := 0
	for line := range strings.Lines(all[sumsFile]) {
		sum, path, _ := strings.Cut(strings.TrimSpace(line), "  ")
		if content, ok := all[path]; !ok || fmt.Sprintf("%x", sha256.Sum256([]byte(content))) != sum {
			t.Errorf("%s: not the file with the checksum", path)
		}
		sums++
	}
	if sums != len(all)-1 {
		t.Errorf("%d checksums of %d files", sums, len(all))
	}
	crateIsWhole(t, all)
	b.write("data/losses/alpha/4.safetensors", "x")
	if status, errs := b.ml3(t.Context(), args...); status != statusError || !strings.Contains(errs[0], "4.safetensors is not the file") {
		t.Errorf("exit status %d, %q", status, errs)
	}
	for bad, want := range map[string]string{"a.tar": "ZIP file", "a.zip --date x": "write a day", "a.zip --sbom none": "none"} {
		if status, errs := b.ml3(t.Context(), append([]string{"archive"}, strings.Fields(bad)...)...); status != statusError || len(errs) != 1 && want != "none" {
			t.Errorf("ml3 archive %s: exit status %d, %q", bad, status, errs)
		}
	}
}

// crateIsWhole checks what RO-Crate 1.1 requires: a descriptor of the root, the root's
// properties, and that every entity that is referred to is described and, if it is a
// file or folder, there.
func crateIsWhole(t *testing.T, all map[string]string) {
	t.Helper()
	var crate struct {
		Context string           `json:"@context"`
		Graph   []map[string]any `json:"@graph"`
	}
	if err := json.Unmarshal([]byte(all[crateFile]), &crate); err != nil {
		t.Fatal(err)
	}
	byID := map[string]map[string]any{}
	for _, e := range crate.Graph {
		id, _ := e["@id"].(string)
		if byID[id] != nil || id == "" || e["@type"] == nil {
			t.Errorf("entity %q: twice, or without type", id)
		}
		byID[id] = e
	}
	descriptor, root := byID[crateFile], byID["./"]
	if descriptor == nil || root == nil || descriptor["@type"] != "CreativeWork" || descriptor["about"].(map[string]any)["@id"] != "./" {
		t.Fatalf("descriptor %v", descriptor)
	}
	for _, property := range []string{"name", "description", "datePublished", "license"} {
		if root[property] == nil {
			t.Errorf("the root has no %s", property)
		}
	}
	for _, name := range []string{"data/results/alpha.csv", "data/results/beta.pictures.csv", "figures/alpha.png", "notebooks/01.ipynb", "#run-beta", "data/"} {
		if byID[name] == nil {
			t.Errorf("%s is not described", name)
		}
	}
	for id, e := range byID {
		if kind := e["@type"]; id != "./" && (kind == "File" || kind == "Dataset") {
			inside := false
			for path := range all {
				inside = inside || path == id || kind == "Dataset" && strings.HasPrefix(path, id)
			}
			if !inside {
				t.Errorf("%s is described and not there", id)
			}
		}
	}
	for _, list := range []string{"hasPart", "mentions"} {
		for _, r := range root[list].([]any) {
			if id := r.(map[string]any)["@id"].(string); byID[id] == nil {
				t.Errorf("%s: %s is not described", list, id)
			}
		}
	}
}

// TestArchivedFiles: what is packed is what git knows of this clone.
func TestArchivedFiles(t *testing.T) {
	a := &app{}
	if err := a.findRoot(); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	cmd.Dir = a.root
	text, err := cmd.Output()
	if err != nil {
		t.Skip("no git, or no clone:", err)
	}
	var want []string
	for _, name := range strings.Split(strings.TrimSuffix(string(bytes.TrimSpace(text)), "\x00"), "\x00") {
		if exists(filepath.Join(a.root, name)) {
			want = append(want, name)
		}
	}
	packed, err := a.clone(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range packed {
		got = append(got, p.path)
	}
	slices.Sort(want)
	slices.Sort(got)
	for _, name := range got {
		if _, ok := slices.BinarySearch(want, name); !ok {
			t.Errorf("%s is packed, and git does not know it", name)
		}
	}
	for _, name := range want {
		if _, ok := slices.BinarySearch(got, name); !ok {
			t.Errorf("%s is not packed", name)
		}
	}
}
