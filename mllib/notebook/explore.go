package notebook

import (
	"encoding/base64"
	"fmt"
	"html"
	"strconv"
	"strings"
	"time"

	"github.com/janpfeifer/gonb/gonbui"

	"ml3/mllib/fig"
)

// Slider is a quantity that the reader of a picture can change.
type Slider struct {
	Label  string
	Values []float64 // all that can be chosen
	Start  int       // the index of the one that is shown first
}

// Explore shows a picture with a slider for each quantity. All pictures are drawn when
// the cell runs, so that the sliders need no kernel; where a page is shown without its
// scripts, as in notebooks that are not trusted, the first picture stays. draw gets a
// value of each slider. The pictures are GIF, half the size of PNG.
func Explore(draw func(at []float64) fig.Panel, sliders ...Slider) {
	var frames []string
	first := 0
	combine(sliders, func(index []int, at []float64) {
		isFirst := true
		for k, s := range sliders {
			isFirst = isFirst && index[k] == s.Start
		}
		if isFirst {
			first = len(frames)
		}
		frames = append(frames, base64.StdEncoding.EncodeToString(Value(fig.GIF([]fig.Panel{draw(at)}, time.Second))))
	})
	if !gonbui.IsNotebook {
		panic(errNoNotebook)
	}
	gonbui.DisplayHTML(exploreHTML(frames, first, sliders))
	flush()
}

// combine calls use with every combination of values, the last slider moving fastest.
func combine(sliders []Slider, use func(index []int, at []float64)) {
	index, at := make([]int, len(sliders)), make([]float64, len(sliders))
	var from func(k int)
	from = func(k int) {
		if k == len(sliders) {
			use(index, at)
			return
		}
		for i, v := range sliders[k].Values {
			index[k], at[k] = i, v
			from(k + 1)
		}
	}
	from(0)
}

// onInput finds the picture of the sliders' places, in the order of combine.
const onInput = `var d=this.closest('div'),i=0;` +
	`d.querySelectorAll('input').forEach(function(s){i=i*(+s.max+1)+(+s.value);s.nextElementSibling.textContent=s.dataset.values.split(' ')[s.value]});` +
	`d.querySelector('img').src='data:image/gif;base64,'+d.dataset.frames.split(' ')[i]`

// exploreHTML is the page part with pictures, in base64, and sliders. Without scripts
// it is the picture with the index first.
func exploreHTML(frames []string, first int, sliders []Slider) string {
	var names, b strings.Builder
	for i, s := range sliders {
		var values []string
		for _, v := range s.Values {
			values = append(values, strconv.FormatFloat(v, 'g', 4, 64))
		}
		fmt.Fprintf(&b, `<label style="display:block">%s <input type="range" min="0" max="%d" value="%d" data-values="%s" oninput="%s"><output>%s</output></label>`,
			html.EscapeString(s.Label), len(values)-1, s.Start, strings.Join(values, " "), html.EscapeString(onInput), values[s.Start])
		if i > 0 {
			names.WriteString(", ")
		}
		names.WriteString(s.Label + " " + values[s.Start])
	}
	return fmt.Sprintf("<div data-frames=\"%s\"><img alt=\"%s\" src=\"data:image/gif;base64,%s\">\n%s</div>",
		strings.Join(frames, " "), html.EscapeString(names.String()), frames[first], b.String())
}
