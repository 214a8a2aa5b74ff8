package tidy

import (
	"slices"
	"strings"
	"testing"
)

func TestTaskOf(t *testing.T) {
	task := TaskOf("net", "paper 40-40", "split", "meta-test", "x", "[-5,5]")
	if task != "net=paper 40-40/split=meta-test/x=[-5,5]" {
		t.Fatal(task)
	}
	values, err := ParseTask(task)
	if err != nil || len(values) != 3 || values["x"] != "[-5,5]" || values["net"] != "paper 40-40" {
		t.Errorf("%v, %v", values, err)
	}
	if TaskValue(task, "split") != "meta-test" || TaskValue(task, "pl") != "" || TaskValue("a=b=c", "a") != "b=c" {
		t.Error("TaskValue")
	}
	for _, pairs := range [][]string{{}, {"a"}, {"a", ""}, {"a", "b/c"}, {"A", "b"}, {"a", "b", "a", "c"}, {"", "b"}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("TaskOf(%q) did not panic", pairs)
				}
			}()
			TaskOf(pairs...)
		}()
	}
}

func TestParseTaskErrors(t *testing.T) {
	for task, want := range map[string]string{
		"": `"" is not key=value`, "a": `"a" is not`, "a=1/": `"" is not`, "a=": `"a=" is not`, "=1": `"=1" is not`,
		"a=1/a=2": "key a twice", "ä=1": `"ä=1" is not`, "a b=1": `"a b=1" is not`,
	} {
		if _, err := ParseTask(task); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("ParseTask(%q): %v, want %s", task, err, want)
		}
	}
}

func TestTaskFilters(t *testing.T) {
	table := Table{
		{Method: "m", Seed: 3, Task: "nu=1", Metric: "v"}, {Method: "m", Seed: 4, Task: "nu=1/test=2", Metric: DivergedMetric},
		{Method: "m", Seed: 2, Task: "nu=1", Metric: DivergedMetric}, {Method: "m", Seed: 9, Task: "nu=10", Metric: DivergedMetric},
		{Method: "n", Seed: 5, Task: "nu=1", Metric: DivergedMetric},
	}
	if n := len(table.Where(Has("nu", "1"))); n != 4 {
		t.Errorf("%d rows of nu=1", n)
	}
	if n := len(table.Where(Has("test"))); n != 1 {
		t.Errorf("%d rows of any test", n)
	}
	if got := table.Diverged("m", "nu=1"); !slices.Equal(got, []uint64{2, 4}) {
		t.Errorf("diverged: %v", got)
	}
}
