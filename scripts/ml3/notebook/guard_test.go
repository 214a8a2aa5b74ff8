//go:build unix

package notebook

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestMain also is the program that TestKilled kills: it starts what it is told to and
// waits.
func TestMain(m *testing.M) {
	if script := os.Getenv("ML3_TEST_GUARDED"); script != "" {
		guarded(script)
	}
	os.Exit(m.Run())
}

// guarded runs a script like a kernel, in the folder and under the guard that it would
// have, and tells so.
func guarded(script string) {
	dir, err := newFolder()
	if err != nil {
		panic(err)
	}
	g, err := startGuard(dir)
	if err != nil {
		panic(err)
	}
	cmd := exec.Command("/bin/bash", "-c", script)
	cmd.Env = append(os.Environ(), "TMPDIR="+dir, "ML3_TEST_GUARDED=")
	ownGroup(cmd)
	if err := cmd.Start(); err != nil {
		panic(err)
	}
	if err := g.watch(cmd); err != nil {
		panic(err)
	}
	os.Stdout.WriteString(dir + "\n")
	time.Sleep(time.Minute)
}

// TestKilled kills a program with SIGKILL: what it has started ends, its folder is
// removed. On Linux even what has left the process group ends.
func TestKilled(t *testing.T) {
	beats := t.TempDir()
	beat := func(name string) string {
		return "while true; do echo >>'" + filepath.Join(beats, name) + "'; sleep 0.02; done"
	}
	script := "trap '' HUP INT TERM; (trap '' TERM; " + beat("child") + ") & "
	names := []string{"child", "itself"}
	if _, err := exec.LookPath("setsid"); err == nil && runtime.GOOS == "linux" {
		script += `setsid bash -c "` + beat("daemon") + `" & `
		names = append(names, "daemon")
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "ML3_TEST_GUARDED="+script+beat("itself"), "TMPDIR="+t.TempDir())
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	said := make([]byte, 4096)
	n, err := out.Read(said)
	if err != nil {
		t.Fatal(err)
	}
	dir := strings.TrimSpace(string(said[:n]))
	alive := func() (all string) {
		before := map[string]int64{}
		for _, name := range names {
			before[name] = size(filepath.Join(beats, name))
		}
		time.Sleep(300 * time.Millisecond)
		for _, name := range names {
			if size(filepath.Join(beats, name)) > before[name] {
				all += name + " "
			}
		}
		return all
	}
	for end := time.Now().Add(20 * time.Second); alive() != strings.Join(names, " ")+" "; {
		if time.Now().After(end) {
			t.Fatalf("only these run: %s", alive())
		}
	}
	syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // its whole group
	cmd.Wait()
	for end := time.Now().Add(20 * time.Second); alive() != "" || exists(dir); {
		if time.Now().After(end) {
			t.Fatalf("still there: %s, %s: %v", alive(), dir, exists(dir))
		}
	}
}

// size returns the size of a file, 0 if there is none.
func size(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}

// exists says whether there is something at a path.
func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// TestGuardFinish ends a guard that has nothing to kill.
func TestGuardFinish(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "ml3-kernel-7.d")
	if err := os.MkdirAll(filepath.Join(dir, "x"), 0o700); err != nil {
		t.Fatal(err)
	}
	g, err := startGuard(dir)
	if err != nil {
		t.Fatal(err)
	}
	other := exec.Command("sleep", "100")
	other.Env = []string{"TMPDIR=" + dir + "0"} // of another kernel
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	defer other.Wait()
	defer other.Process.Kill()
	g.finish()
	if exists(dir) {
		t.Error("the folder is still there")
	}
	if err := other.Process.Signal(syscall.Signal(0)); err != nil {
		t.Errorf("a process of another folder: %v", err)
	}
}

// TestFolder makes the folder elsewhere if sockets cannot be in the usual place.
func TestFolder(t *testing.T) {
	long, odd := filepath.Join(t.TempDir(), strings.Repeat("d", 90)), filepath.Join(t.TempDir(), "a:b\n")
	for _, dir := range []string{long, odd} {
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	good, err := os.MkdirTemp("/tmp", "ml3 test")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(good)
	for temp, want := range map[string]string{good: good, long: "/tmp", odd: "/tmp", "/nonexistent": "/tmp"} {
		t.Setenv("TMPDIR", temp)
		dir, err := newFolder()
		if err != nil {
			t.Errorf("%q: %v", temp, err)
			continue
		}
		if filepath.Dir(dir) != want {
			t.Errorf("%q: got %s, want it in %s", temp, dir, want)
		}
		if err := os.Remove(dir); err != nil {
			t.Error(err)
		}
	}
	if left, err := os.ReadDir(long); err != nil || len(left) > 0 {
		t.Errorf("left in %s: %v, %v", long, left, err)
	}
	for dir, want := range map[string]string{
		"/tmp/" + strings.Repeat("d", 94): "of 103 bytes", "/tmp/a:b": "letters and digits", "/tmp/ä": "letters and digits", "a": "letters and digits",
	} {
		err := fitsSockets(dir)
		if fits := len(dir) == 99; fits != (err == nil) || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", dir, err, want)
		}
	}
	if err := fitsSockets("/tmp/" + strings.Repeat("d", 95)); err == nil || !strings.Contains(err.Error(), "paths of 104 bytes, and 103 is the most") {
		t.Errorf("one byte more: %v", err)
	}
}

// TestHooks runs the scripts as GoNB runs bash and go.
func TestHooks(t *testing.T) {
	t.Setenv("BASH_ENV", "/nonexistent/it's")
	h := hooks{filepath.Join(t.TempDir(), "a folder")}
	if err := h.write(); err != nil {
		t.Fatal(err)
	}
	run := func(stdin string, name string, args ...string) string {
		cmd := exec.Command(name, args...)
		cmd.Stdin = strings.NewReader(stdin)
		cmd.Env = append(os.Environ(), "BASH_ENV="+h.env(), "SHLVL=4")
		var out bytes.Buffer
		cmd.Stdout = &out
		err := cmd.Run()
		status := "ok"
		if err != nil {
			status = err.Error()
		}
		noted, err := h.take()
		if err != nil {
			t.Error(err)
		}
		return out.String() + "|" + status + "|" + strings.Join(noted, " ")
	}
	for line, want := range map[string]string{
		"read x; echo \"<$x>$SHLVL\"": "<>5\n|ok|0",
		"echo $BASH_ENV; exit 7":      "/nonexistent/it's\n|exit status 7|7",
		"exec sh -c 'exit 3'":         "|exit status 3|3",
		"trap - EXIT; false":          "|exit status 1|1",
		"bash -c false; true":         "|ok|0",
		"kill -TERM $$":               "|exit status 143|143",
	} {
		if got := run("input\n", "/bin/bash", "-c", line); got != want {
			t.Errorf("%s: got %q, want %q", line, got, want)
		}
	}
	if got := run("read x\nthe cell\necho \"<$x>\"; exit 5", h.script(), "bash", "-s"); got != "<the cell>\n|exit status 5|5" {
		t.Errorf("a script: %q", got)
	}
	if got, want := run("", filepath.Join(h.bin(), "go"), "env", "GOOS"), runtime.GOOS+"\n|ok|"; got != want {
		t.Errorf("go env GOOS: got %q, want %q", got, want)
	}
}

// TestHookGo builds a program as GoNB does, twice, and one that does not compile.
func TestHookGo(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles")
	}
	h := hooks{t.TempDir()}
	if err := h.write(); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(h.dir, "gonb_0a1b2c3d")
	program := filepath.Join(dir, "gonb_0a1b2c3d")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	build := func(args ...string) (string, error) {
		cmd := exec.Command(filepath.Join(h.bin(), "go"), args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=")
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	write("go.mod", "module gonb_0a1b2c3d\n\ngo 1.26\n")
	for _, n := range []string{"1", "2"} {
		write("main.go", "package main\n\nimport (\"fmt\"; \"io\"; \"os\")\n\nfunc main() {\n\tdata, _ := io.ReadAll(os.Stdin)\n\tfmt.Println("+n+", len(data), os.Args[1:])\n}\n")
		if out, err := build("build", "-o", program); err != nil {
			t.Fatal(err, out)
		}
		cmd := exec.Command(program, "a b", "c")
		cmd.Stdin = strings.NewReader("input")
		if out, err := cmd.Output(); err != nil || string(out) != n+" 0 [a b c]\n" {
			t.Errorf("got %q, %v", out, err)
		}
	}
	write("main_test.go", "package main\n\nimport \"testing\"\n\nfunc TestX(t *testing.T) { t.Log(\"in X\") }\n")
	if out, err := build("test", "-c", "-o", program); err != nil {
		t.Fatal(err, out)
	}
	if out, err := exec.Command(program, "-test.v").Output(); err != nil || !strings.Contains(string(out), "in X") {
		t.Errorf("test: %q, %v", out, err)
	}
	write("main.go", "package main\n\nfunc main() { undefined() }\n")
	if out, err := build("build", "-o", program); err == nil || !strings.Contains(out, "undefined: undefined") || exists(program) {
		t.Errorf("a program that does not compile: %q, %v", out, err)
	}
}
