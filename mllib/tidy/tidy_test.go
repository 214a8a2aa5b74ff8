package tidy

import (
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"
)

// grid has value 1000·seed + 100·task + step for two methods (the second ×−1).
func grid() Table {
	var t Table
	for _, seed := range []uint64{2, 10} {
		for task, name := range []string{"a", "b"} {
			for _, step := range []int{0, 9, 10} {
				v := 1000*float64(seed) + 100*float64(task) + float64(step)
				t = append(t, Row{"e", "task loss", seed, name, step, "mse", -v}, Row{"e", "learned", seed, name, step, "mse", v})
			}
		}
	}
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(t), func(i, j int) { t[i], t[j] = t[j], t[i] })
	return t
}

func equal(t *testing.T, what string, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

func TestWhereAndColumns(t *testing.T) {
	g := grid()
	equal(t, "methods", g.Methods(), []string{"learned", "task loss"})
	equal(t, "seeds", g.Seeds(), []uint64{2, 10})
	equal(t, "tasks", g.Tasks(), []string{"a", "b"})
	equal(t, "steps", g.Steps(), []int{0, 9, 10})
	equal(t, "metrics", g.Metrics(), []string{"mse"})
	equal(t, "experiments", g.Experiments(), []string{"e"})
	one := g.Where(Method("learned"), Seed(10), Task("b"), Metric("mse", "accuracy"), Steps(9, 9), Experiment("e"))
	equal(t, "one row", one, Table{{"e", "learned", 10, "b", 9, "mse", 10109}})
	equal(t, "rows not of a", len(g.Where(Not(Task("a")))), 12)
	equal(t, "nothing", g.Where(Method("Learned")), Table(nil))
}

func TestGroups(t *testing.T) {
	g := grid()
	s := g.Series()
	equal(t, "series", len(s), 8)
	equal(t, "second series", s[1], Series{"e", "learned", 2, "b", "mse", []int{0, 9, 10}, []float64{2100, 2109, 2110}})
	by := g.Where(Method("learned")).ByStep()
	equal(t, "samples", by[1], Sample{9, []float64{2009, 2109, 10009, 10109}})
	equal(t, "steps", []int{by[0].Step, by[1].Step, by[2].Step}, []int{0, 9, 10})
	equal(t, "last", g.Where(Method("learned")).Last().Where(Seed(2)).Sorted(),
		Table{{"e", "learned", 2, "a", 10, "mse", 2010}, {"e", "learned", 2, "b", 10, "mse", 2110}})
	m := g.MeanOverTasks("all").Where(Method("learned"), Seed(10))
	equal(t, "mean over tasks", m, Table{{"e", "learned", 10, "all", 0, "mse", 10050}, {"e", "learned", 10, "all", 9, "mse", 10059}, {"e", "learned", 10, "all", 10, "mse", 10060}})
}

func TestFrame(t *testing.T) {
	df := ToFrame(tricky)
	equal(t, "columns", df.Names(), strings.Split(header, ","))
	equal(t, "types", df.Types(), []series.Type{"string", "string", "string", "string", "int", "string", "float"})
	got, err := FromFrame(df)
	if err != nil || !sameBits(got, tricky.Sorted()) {
		t.Errorf("through a dataframe: %v, %v", got, err)
	}
	shuffled := df.Select([]string{"value", "seed", "metric", "step", "task", "method", "experiment"}).Arrange(dataframe.Sort("value"))
	if got, err = FromFrame(shuffled); err != nil || !sameBits(got, tricky.Sorted()) {
		t.Errorf("shuffled: %v, %v", got, err)
	}
	ints := df.Filter(dataframe.F{Colname: "method", Comparator: series.Eq, Comparando: "learned"})
	ints = ints.Mutate(series.New(ints.Col("seed"), series.Int, "seed"))
	if got, err = FromFrame(ints); err != nil || !sameBits(got, tricky.Where(Method("learned")).Sorted()) {
		t.Errorf("seeds as integers: %v, %v", got, err)
	}
}

func TestFrameRefuses(t *testing.T) {
	df := ToFrame(tricky)
	n := df.Nrow()
	for what, bad := range map[string]dataframe.DataFrame{
		"no column seed": df.Drop("seed"),
		"missing":        df.Mutate(series.New(make([]string, n), series.Float, "value")),
		"type float":     df.Mutate(series.New(make([]float64, n), series.Float, "seed")),
		`seed "-1"`:      df.Mutate(series.New(slices.Repeat([]int{-1}, n), series.Int, "seed")),
		"twice":          df.RBind(df),
		"not finite":     ToFrame(Table{{"a", "b", 1, "c", 2, "d", math.Inf(1)}}),
	} {
		if got, err := FromFrame(bad); err == nil || got != nil || !strings.Contains(err.Error(), what) {
			t.Errorf("%s: %v, error %v", what, got, err)
		}
	}
}
