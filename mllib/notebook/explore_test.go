package notebook

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"ml3/mllib/fig"
	"ml3/mllib/paper"
)

// TestExplore: the picture that the page's rule finds for the sliders' places is the one
// that was drawn for their values.
func TestExplore(t *testing.T) {
	sliders := []Slider{{"start", []float64{-4, 0.1, 3}, 1}, {"rate <α>", []float64{0.01, 1}, 0}}
	var frames []string
	combine(sliders, func(index []int, at []float64) {
		rule := 0 // as in onInput
		for k, s := range sliders {
			rule = rule*len(s.Values) + index[k]
			if at[k] != s.Values[index[k]] {
				t.Errorf("values %v at %v", at, index)
			}
		}
		if rule != len(frames) {
			t.Errorf("%v is picture %d, the page looks for %d", index, len(frames), rule)
		}
		frames = append(frames, fmt.Sprint(at))
	})
	if len(frames) != 6 {
		t.Fatalf("%d pictures", len(frames))
	}
	page := exploreHTML([]string{"AA", "BB", "CC", "DD", "EE", "FF"}, 2, sliders)
	for _, want := range []string{`data-frames="AA BB CC DD EE FF"`, `src="data:image/gif;base64,CC"`, `alt="start 0.1, rate &lt;α&gt; 0.01"`,
		`max="2" value="1" data-values="-4 0.1 3"`, `<output>0.1</output>`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s:\n%s", want, page)
		}
	}
	if n := strings.Count(page, "oninput="); n != 2 {
		t.Errorf("%d sliders", n)
	}
	if err := panics(func() { Explore(func([]float64) fig.Panel { return Value(line().Panel()) }, sliders...) }); err != errNoNotebook {
		t.Errorf("outside: %v", err)
	}
}

// exercise is a test that says things.
type exercise struct {
	failed bool
	said   string
}

func (e *exercise) Failed() bool    { return e.failed }
func (e *exercise) Log(args ...any) { e.said += fmt.Sprint(args...) }

func TestCorrect(t *testing.T) {
	for _, failed := range []bool{false, true} {
		e := &exercise{failed: failed}
		Correct(e)
		if (e.said == "Correct.") == failed {
			t.Errorf("failed %v: %q", failed, e.said)
		}
	}
}

// TestMap: a line for each experiment, whose verdicts are all of its claims.
func TestMap(t *testing.T) {
	t.Chdir("../../notebooks")
	text, err := mapMarkdown()
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range paper.All() {
		m := regexp.MustCompile("`ml3 run " + e.Name + "` .* (\\d+) s \\| (\\d+), (\\d+), (\\d+) \\|\n").FindStringSubmatch(text)
		if m == nil {
			t.Errorf("no line of %s in\n%s", e.Name, text)
			continue
		}
		total := 0
		for _, n := range m[2:] {
			var k int
			fmt.Sscan(n, &k)
			total += k
		}
		if total != len(e.Claims) {
			t.Errorf("%s: %d verdicts on %d claims", e.Name, total, len(e.Claims))
		}
	}
}
