package fig

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
)

// mostTicks bounds the ticks of an axis, labelled or not.
const mostTicks = 100

// linearTicks are at about n multiples of 1, 2 or 5 times a power of ten.
type linearTicks struct{ n float64 }

// Ticks implements plot.Ticker. It wants low < high; see limits.
func (t linearTicks) Ticks(low, high float64) []plot.Tick {
	step := niceStep((high - low) / t.n)
	var ticks []plot.Tick
	tol := 1e-9 * (high - low)
	for k := math.Ceil((low - tol) / step); k*step <= high+tol && len(ticks) < mostTicks; k++ {
		ticks = append(ticks, plot.Tick{Value: k * step, Label: tickLabel(k*step, step)})
	}
	return ticks
}

// wholeTicks are at the whole numbers from 1 on.
type wholeTicks struct{ last int }

// Ticks implements plot.Ticker.
func (t wholeTicks) Ticks(low, high float64) []plot.Tick {
	var ticks []plot.Tick
	for k := max(1, math.Ceil(low)); k <= min(high, float64(t.last)) && len(ticks) < mostTicks; k++ {
		ticks = append(ticks, plot.Tick{Value: k, Label: tickLabel(k, 1)})
	}
	return ticks
}

// niceStep rounds a step up to 1, 2 or 5 times a power of ten.
func niceStep(raw float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(raw)))
	for _, m := range []float64{1, 2, 5} {
		if m*power >= raw*0.999 {
			return m * power
		}
	}
	return 10 * power
}

// tickLabel writes a multiple of step with the decimals that step needs, a true
// minus sign, k and M for thousands and millions, and a power of ten for what is
// smaller than 0.001 or has nine zeros.
func tickLabel(v, step float64) string {
	var s string
	switch {
	case math.Abs(v) < step/2:
		return "0"
	case step >= 1e9 || step < 5e-4:
		e := math.Floor(math.Log10(step) + 1e-9)
		s = strconv.FormatFloat(math.Round(v/math.Pow(10, e)), 'f', -1, 64) + "·10" + superscript(int(e))
	case step >= 1e6:
		s = strconv.FormatFloat(v/1e6, 'f', 0, 64) + "M"
	case step >= 1e4 || step >= 1e3 && math.Abs(v) >= 1e4:
		s = strconv.FormatFloat(v/1e3, 'f', 0, 64) + "k"
	default:
		decimals := max(0, int(-math.Floor(math.Log10(step)+1e-9)))
		s = strconv.FormatFloat(v, 'f', decimals, 64)
	}
	return strings.Replace(s, "-", "−", 1)
}

// superscript writes n as raised digits.
func superscript(n int) string {
	return strings.NewReplacer("-", "⁻", "0", "⁰", "1", "¹", "2", "²", "3", "³", "4", "⁴",
		"5", "⁵", "6", "⁶", "7", "⁷", "8", "⁸", "9", "⁹").Replace(strconv.Itoa(n))
}

// logTicks label powers of ten, with 2 and 5 between them when the axis spans
// less than two decades; within half a decade they are linear ticks.
type logTicks struct{ n float64 }

// manyDecades are so many that ticks without a label would be a grey bar.
const manyDecades = 10

// Ticks implements plot.Ticker. It wants 0 < low < high; see limits.
func (t logTicks) Ticks(low, high float64) []plot.Tick {
	decades := math.Log10(high / low)
	if decades < 0.6 {
		return linearTicks(t).Ticks(low, high)
	}
	every := max(1, int(math.Ceil(decades/(t.n+1))))
	var ticks []plot.Tick
	for e := int(math.Floor(math.Log10(low))); e <= int(math.Ceil(math.Log10(high))); e++ {
		for m := 1; m <= 9; m++ {
			v := float64(m) * math.Pow(10, float64(e))
			if v < low*(1-1e-9) || v > high*(1+1e-9) || decades > manyDecades && (m > 1 || e%every != 0) {
				continue
			}
			label := ""
			if m == 1 && e%every == 0 || decades < 2 && (m == 2 || m == 5) {
				label = powerLabel(m, e)
			}
			ticks = append(ticks, plot.Tick{Value: v, Label: label})
		}
	}
	return ticks
}

// powerLabel writes m·10ᵉ, as a decimal where that is short.
func powerLabel(m, e int) string {
	if -3 <= e && e <= 4 {
		return strconv.FormatFloat(float64(m)*math.Pow(10, float64(e)), 'f', max(0, -e), 64)
	}
	if m == 1 {
		return "10" + superscript(e)
	}
	return fmt.Sprintf("%d·10%s", m, superscript(e))
}
