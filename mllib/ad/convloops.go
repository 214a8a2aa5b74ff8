package ad

// The data movement of convolutions: runs of neighbouring pixels are copied as
// arrays of fixed length, which the compiler turns into vector moves.

// columns writes the image as a matrix [ci·size², out²]: column p holds the
// pixels under the filter at response p.
func (c convolution) columns(dst, image []float64) {
	for ch := range c.ci {
		for ky := range c.size {
			for kx := range c.size {
				src := image[ch*c.side*c.side+ky*c.side+kx:]
				for y := range c.out {
					copyRun(dst[:c.out], src[y*c.side:][:c.out])
					dst = dst[c.out:]
				}
			}
		}
	}
}

// addColumns is the transpose of columns: it adds the matrix to the image.
func (c convolution) addColumns(image, columns []float64) {
	for ch := range c.ci {
		for ky := range c.size {
			for kx := range c.size {
				dst := image[ch*c.side*c.side+ky*c.side+kx:]
				for y := range c.out {
					addRun(dst[y*c.side:][:c.out], columns[:c.out])
					columns = columns[c.out:]
				}
			}
		}
	}
}

// patches writes the transpose of columns, [out², ci·size²].
func (c convolution) patches(dst, image []float64) {
	for y := range c.out {
		for x := range c.out {
			for ch := range c.ci {
				src := image[ch*c.side*c.side+y*c.side+x:]
				for ky := range c.size {
					from, to := src[ky*c.side:][:c.size], dst[:c.size]
					if c.size == 5 {
						*(*[5]float64)(to) = *(*[5]float64)(from)
					} else {
						copy(to, from)
					}
					dst = dst[c.size:]
				}
			}
		}
	}
}

func copyRun(dst, src []float64) {
	for len(dst) >= 8 && len(src) >= 8 {
		*(*[8]float64)(dst) = *(*[8]float64)(src)
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
// row-major order plus the channel's bias, and its place in the response.
func (c convolution) pool(dst, places, response, bias []float64) {
	k := 0
	for ch := range c.co {
		for y := range c.pooled {
			at := ch*c.pixels() + 2*y*c.out
			for range c.pooled {
				best := at // conditional moves: the outcome is not predictable
				if response[at+1] > response[best] {
					best = at + 1
				}
				if response[at+c.out] > response[best] {
					best = at + c.out
				}
				if response[at+c.out+1] > response[best] {
					best = at + c.out + 1
				}
				dst[k] = response[best] + bias[ch]
				places[k] = float64(best)
				k++
				at += 2
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
