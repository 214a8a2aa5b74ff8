package ad

import "ml3/mllib/kernel"

// The data movement of convolutions, in runs of neighbouring pixels. Runs are
// short, so a call per run would cost more than its work.

// columns writes the image as a matrix [ci·size², out²]: column p holds the
// pixels under the filter at response p. shifted is memory for side·out numbers:
// the image's columns kx … kx+out−1, of which the matrix has contiguous parts.
func (c convolution) columns(dst, shifted, image []float64) {
	for ch := range c.ci {
		block := dst[ch*c.size*c.size*c.pixels():]
		for kx := range c.size {
			src := image[ch*c.side*c.side+kx:]
			for y := range c.side {
				copyRun(shifted[y*c.out:][:c.out], src[y*c.side:][:c.out])
			}
			for ky := range c.size {
				copy(block[(ky*c.size+kx)*c.pixels():][:c.pixels()], shifted[ky*c.out:])
			}
		}
	}
}

// addColumns is the transpose of columns: it adds the matrix to the image.
func (c convolution) addColumns(image, shifted, columns []float64) {
	for ch := range c.ci {
		block := columns[ch*c.size*c.size*c.pixels():]
		for kx := range c.size {
			clear(shifted)
			for ky := range c.size {
				part := shifted[ky*c.out:][:c.pixels()]
				kernel.Add(part, part, block[(ky*c.size+kx)*c.pixels():][:c.pixels()])
			}
			dst := image[ch*c.side*c.side+kx:]
			for y := range c.side {
				addRun(dst[y*c.side:][:c.out], shifted[y*c.out:][:c.out])
			}
		}
	}
}

func copyRun(dst, src []float64) {
	for len(dst) >= 8 && len(src) >= 8 {
		d, s := (*[8]float64)(dst), (*[8]float64)(src)
		d[0], d[1], d[2], d[3] = s[0], s[1], s[2], s[3]
		d[4], d[5], d[6], d[7] = s[4], s[5], s[6], s[7]
		dst, src = dst[8:], src[8:]
	}
	copy(dst, src)
}

func addRun(dst, src []float64) {
	for len(dst) >= 4 && len(src) >= 4 {
		d, s := (*[4]float64)(dst), (*[4]float64)(src)
		d[0] += s[0]
		d[1] += s[1]
		d[2] += s[2]
		d[3] += s[3]
		dst, src = dst[4:], src[4:]
	}
	for i, x := range src {
		dst[i] += x
	}
}

// pool writes, for each 2×2 of the response [co, out²], the first maximum in
// row-major order plus the channel's bias, and its place in the response. Which
// entry wins is not predictable, so there is no branch: the compiler makes
// conditional moves of the places.
func (c convolution) pool(dst, places, response, bias []float64) {
	for ch := range c.co {
		for y := range c.pooled {
			from := ch*c.pixels() + 2*y*c.out
			upper, lower := response[from:][:c.out], response[from+c.out:][:c.out]
			to, at := dst[:c.pooled], places[:c.pooled]
			dst, places = dst[c.pooled:], places[c.pooled:]
			for len(to) > 0 && len(at) > 0 && len(upper) > 1 && len(lower) > 1 {
				a, b, d, e := upper[0], upper[1], lower[0], lower[1]
				place, low := from, from+c.out
				if b > a {
					place = from + 1
				}
				if e > d {
					low++
				}
				top, bottom := max(a, b), max(d, e)
				if bottom > top {
					place = low
				}
				to[0] = max(top, bottom) + bias[ch]
				at[0] = float64(place)
				to, at, upper, lower = to[1:], at[1:], upper[2:], lower[2:]
				from += 2
			}
		}
	}
}

// spread writes g to its places in the response, which is zero elsewhere.
func spread(response, g, places []float64) {
	clear(response)
	for j, p := range places {
		response[int(p)] = g[j]
	}
}

// spreadTransposed writes the transpose of what spread does, [out², co].
func (c convolution) spreadTransposed(response, g, places []float64) {
	clear(response)
	per := c.pooled * c.pooled
	for ch := range c.co {
		first := ch * c.pixels()
		for j, p := range places[ch*per:][:per] {
			response[(int(p)-first)*c.co+ch] = g[ch*per+j]
		}
	}
}

// transpose writes a [rows, cols] transposed.
func transpose(dst, a []float64, rows, cols int) {
	for i := range rows {
		for j, x := range a[i*cols:][:cols] {
			dst[j*rows+i] = x
		}
	}
}
