package main

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var regen = flag.Bool("regen", false, "rewrite the committed kernel.json and the tables of the README")

// TestCommittedKernel compares the kernel that JUPYTER_PATH=scripts/jupyter
// offers with the one that this program makes for any clone.
func TestCommittedKernel(t *testing.T) {
	want, err := kernelSpec("", "")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join("..", "jupyter", "kernels", kernelName, "kernel.json")
	if *regen {
		if err := os.WriteFile(file, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs from kernelSpec; run go test ./scripts/ml3 -regen", file)
	}
}

func TestJupyterData(t *testing.T) {
	for _, c := range []struct {
		goos string
		env  map[string]string
		want string
	}{
		{"linux", nil, "/home/r/.local/share/jupyter"},
		{"linux", map[string]string{"XDG_DATA_HOME": "/x"}, "/x/jupyter"},
		{"linux", map[string]string{"XDG_DATA_HOME": "/x", "JUPYTER_DATA_DIR": "/j"}, "/j"},
		{"darwin", map[string]string{"XDG_DATA_HOME": "/x"}, "/home/r/Library/Jupyter"},
		{"windows", map[string]string{"APPDATA": "/a"}, "/a/jupyter"},
	} {
		if got := jupyterData(c.goos, "/home/r", func(k string) string { return c.env[k] }); got != c.want {
			t.Errorf("%s %v: got %s, want %s", c.goos, c.env, got, c.want)
		}
	}
}

// TestQuote puts a difficult path through a shell.
func TestQuote(t *testing.T) {
	for s, want := range map[string]string{"a b": `'a b'`, "it's $x": `'it'\''s $x'`} {
		if got := quote(s); got != want {
			t.Errorf("quote(%q) = %s, want %s", s, got, want)
		}
	}
}

func TestInstallKernel(t *testing.T) {
	data := t.TempDir()
	t.Setenv("JUPYTER_DATA_DIR", data)
	var out bytes.Buffer
	a := &app{root: filepath.Join(t.TempDir(), "it's ml3"), out: &out}
	if err := os.CopyFS(filepath.Join(a.root, "scripts", "jupyter"), os.DirFS(filepath.Join("..", "jupyter"))); err != nil {
		t.Fatal(err)
	}
	if err := a.uninstallKernel(); err == nil || !strings.Contains(err.Error(), "nothing to remove") {
		t.Errorf("uninstalling nothing: got error %v", err)
	}
	if err := a.checkKernel(t.Context()); err == nil || !strings.Contains(err.Error(), "install it with ml3 kernel install") {
		t.Errorf("checking nothing: got error %v", err)
	}
	if err := a.installKernel(); err != nil {
		t.Fatal(err)
	}
	logo, err := os.ReadFile(filepath.Join(data, "kernels", "ml3", "logo-64x64.png"))
	if err != nil || len(logo) == 0 {
		t.Errorf("the logo: %d bytes, %v", len(logo), err)
	}
	file := filepath.Join(data, "kernels", "ml3", "kernel.json")
	spec, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`/it'\\''s ml3'`, `"display_name": "Go (ML3)"`, "{connection_file}"} {
		if !bytes.Contains(spec, []byte(want)) {
			t.Errorf("kernel.json lacks %s:\n%s", want, spec)
		}
	}
	if err := os.WriteFile(file, append(spec, '\n'), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := a.checkKernel(t.Context()); err == nil || !strings.Contains(err.Error(), "ml3 kernel install replaces it") {
		t.Errorf("checking that of another clone: got error %v", err)
	}
	if err := a.uninstallKernel(); err != nil {
		t.Fatal(err)
	}
	if exists(filepath.Dir(file)) {
		t.Errorf("%s is still there", filepath.Dir(file))
	}
	if err := os.WriteFile(filepath.Join(data, "kernels", "ml3"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := a.installKernel(); err == nil || !strings.Contains(err.Error(), "JUPYTER_DATA_DIR") {
		t.Errorf("a file in the way: got error %v", err)
	}
}
