package env_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ml3/mllib/env"
)

func TestOpenRefuses(t *testing.T) {
	if _, err := env.Open("ant", data); err == nil || !strings.Contains(err.Error(), "ant-goal") {
		t.Errorf("an unknown name gives the error %v", err)
	}
	dir := t.TempDir()
	if _, err := env.Open("ant-goal", dir); err == nil || !strings.Contains(err.Error(), filepath.Join(dir, "robots", "ant.xml")) {
		t.Errorf("a missing file gives the error %v", err)
	}
	if err := os.Mkdir(filepath.Join(dir, "robots"), 0o755); err != nil {
		t.Fatal(err)
	}
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, "robots", name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("ant.xml", "<mujoco>\n<worldbody>\n<tendon/>\n</worldbody></mujoco>")
	if _, err := env.Open("ant-goal", dir); err == nil || !strings.Contains(err.Error(), "ant.xml:3") {
		t.Errorf("a broken file gives the error %v", err)
	}
	sawyer, err := os.ReadFile(filepath.Join(data, "robots", "sawyer.xml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"ant", "reacher", "reacher_ml3"} {
		write(name+".xml", string(sawyer))
	}
	for _, name := range []string{"ant-goal", "reacher-goal", "joint-reacher-goal"} {
		if _, err := env.Open(name, dir); err == nil || !strings.Contains(err.Error(), "7 motors") {
			t.Errorf("%s with another robot gives the error %v", name, err)
		}
	}
	write("reacher.xml", strings.Replace(reacherText(t), `axis="0 0 1" limited="true"`, `axis="0 1 0" limited="true"`, 1))
	if _, err := env.Open("reacher-goal", dir); err == nil || !strings.Contains(err.Error(), "no planar arm") {
		t.Errorf("an arm that leaves the plane gives the error %v", err)
	}
}

func reacherText(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(data, "robots", "reacher.xml"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
