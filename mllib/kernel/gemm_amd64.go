//go:build !noasm

package kernel

// product is one GEMM as the assembly sees it: rows of a are broadcast, rows of
// b are loaded as vectors (after a transposition if b is stored [n, k]).
type product struct {
	m, n, k  int
	a, b, c  []float64
	asi, asp int  // a[i,p] = a[i·asi + p·asp]
	tb       bool // b is stored [n, k]
	add      bool // start from the old c
}

// blockDepth bounds k of one call, so that a panel of b stays in the first
// cache; packedDepth does it for a panel transposed onto the stack and is
// known to the generator.
const (
	blockDepth  = 192
	packedDepth = 128
)

// tiling says how c is cut: heights[nv] rows of nv vectors fit into the
// registers; widths[m] is the number of vectors with which few rows keep both
// multipliers busy.
type tiling struct {
	lanes   int
	heights [9]int
	widths  [12]int
}

var (
	tiling512 = tiling{8, [9]int{1: 8, 2: 10, 3: 8, 4: 6, 5: 5, 6: 4, 7: 3, 8: 2}, [12]int{0, 8, 8, 7, 6, 5, 4, 3, 3, 2, 2, 3}}
	tiling2   = tiling{4, [9]int{1: 8, 2: 6, 3: 4, 4: 2, 5: 2, 6: 1, 7: 1, 8: 1}, [12]int{0, 8, 5, 3, 3, 2, 2, 3, 3, 3, 3, 3}}
)

// gemmAsm computes the product in assembly, or returns false if there is none.
func gemmAsm(ta, tb bool, m, n, k int, a, b, c []float64, add bool) bool {
	if active == portable {
		return false
	}
	if m == 0 || n == 0 {
		return true
	}
	if k == 0 {
		if !add {
			clear(c)
		}
		return true
	}
	if n == 1 && m > 1 { // a column is computed as a row: cᵀ = bᵀ·aᵀ
		m, n, a, b = 1, m, b, a
		ta, tb = false, !ta
	}
	g := product{m: m, n: n, k: k, a: a, b: b, c: c, asi: k, asp: 1, tb: tb && k > 1, add: add}
	if ta {
		g.asi, g.asp = 1, m
	}
	if m == 1 && g.tb {
		g.alongRows()
	}
	if g.n == 0 {
		return true
	}
	if active == withAVX512 {
		g.run(&tiling512)
	} else {
		g.run(&tiling2)
	}
	return true
}

// alongRows computes a product with a row, c = (b·aᵀ)ᵀ, but for the last n mod 4
// columns, for which it leaves g.
func (g *product) alongRows() {
	n := g.n &^ 3
	if n > 0 {
		gemv(n, g.k, &g.a[0], &g.b[0], &g.c[0], g.add)
		g.n, g.b, g.c = g.n-n, g.b[n*g.k:], g.c[n:]
	}
}

// run cuts k into blocks and the columns into panels of nearly equal width.
func (g *product) run(t *tiling) {
	depth, width := blockDepth, t.widths[min(g.m, len(t.widths)-1)]
	if g.tb {
		depth, width = packedDepth, min(width, 4)
	}
	vectors := (g.n + t.lanes - 1) / t.lanes
	panels, narrow, wider := 1, vectors, 0
	if vectors > width {
		panels = (vectors + width - 1) / width
		narrow, wider = vectors/panels, vectors%panels
	}
	for p := 0; p < g.k; p += depth {
		kb := min(depth, g.k-p)
		for i, j := 0, 0; i < panels; i++ {
			nv := narrow
			if i < wider {
				nv++
			}
			g.panel(t, nv, p, kb, j, min(nv*t.lanes, g.n-j))
			j += nv * t.lanes
		}
		g.add = true
	}
}

// panel computes columns j..j+cols of c for p..p+k, in tiles of equal height.
func (g *product) panel(t *tiling, nv, p, k, j, cols int) {
	h := t.heights[nv]
	if g.m <= h {
		h = g.m
	} else {
		tiles := (g.m + h - 1) / h
		h = (g.m + tiles - 1) / tiles
	}
	a, c := &g.a[p*g.asp], &g.c[j]
	asi, asp, csi := 8*g.asi, 8*g.asp, 8*g.n
	switch {
	case g.tb && t.lanes == 8:
		packed512(nv, g.m, k, a, asi, asp, &g.b[j*g.k+p], 8*g.k, c, csi, cols, h, g.add)
	case g.tb:
		packed2(nv, g.m, k, a, asi, asp, &g.b[j*g.k+p], 8*g.k, c, csi, cols, h, g.add)
	case t.lanes == 8:
		panel512(nv, g.m, k, a, asi, asp, &g.b[p*g.n+j], 8*g.n, c, csi, cols, h, g.add)
	default:
		panel2(nv, g.m, k, a, asi, asp, &g.b[p*g.n+j], 8*g.n, c, csi, cols, h, g.add)
	}
}

func panel512(nv, m, k int, a *float64, asi, asp int, b *float64, bs int, c *float64, csi, cols, h int, add bool) {
	switch nv {
	case 1:
		gemm1xAVX512(m, k, a, asi, asp, b, bs, c, csi, cols, h, add)
	case 2:
		gemm2xAVX512(m, k, a, asi, asp, b, bs, c, csi, cols, h, add)
	case 3:
		gemm3xAVX512(m, k, a, asi, asp, b, bs, c, csi, cols, h, add)
	case 4:
		gemm4xAVX512(m, k, a, asi, asp, b, bs, c, csi, cols, h, add)
	case 5:
		gemm5xAVX512(m, k, a, asi, asp, b, bs, c, csi, cols, h, add)
	case 6:
		gemm6xAVX512(m, k, a, asi, asp, b, bs, c, csi, cols, h, add)
	case 7:
		gemm7xAVX512(m, k, a, asi, asp, b, bs, c, csi, cols, h, add)
	case 8:
		gemm8xAVX512(m, k, a, asi, asp, b, bs, c, csi, cols, h, add)
	}
}

func panel2(nv, m, k int, a *float64, asi, asp int, b *float64, bs int, c *float64, csi, cols, h int, add bool) {
	switch nv {
	case 1:
		gemm1xAVX2(m, k, a, asi, asp, b, bs, c, csi, cols, h, add)
	case 2:
		gemm2xAVX2(m, k, a, asi, asp, b, bs, c, csi, cols, h, add)
	case 3:
		gemm3xAVX2(m, k, a, asi, asp, b, bs, c, csi, cols, h, add)
	case 4:
		gemm4xAVX2(m, k, a, asi, asp, b, bs, c, csi, cols, h, add)
	case 5:
		gemm5xAVX2(m, k, a, asi, asp, b, bs, c, csi, cols, h, add)
	case 6:
		gemm6xAVX2(m, k, a, asi, asp, b, bs, c, csi, cols, h, add)
	case 7:
		gemm7xAVX2(m, k, a, asi, asp, b, bs, c, csi, cols, h, add)
	case 8:
		gemm8xAVX2(m, k, a, asi, asp, b, bs, c, csi, cols, h, add)
	}
}

func packed512(nv, m, k int, a *float64, asi, asp int, b *float64, bs int, c *float64, csi, cols, h int, add bool) {
	switch nv {
	case 1:
		gemmT1xAVX512(m, k, a, asi, asp, b, bs, c, csi, cols, h, add)
	case 2:
		gemmT2xAVX512(m, k, a, asi, asp, b, bs, c, csi, cols, h, add)
	case 3:
		gemmT3xAVX512(m, k, a, asi, asp, b, bs, c, csi, cols, h, add)
	case 4:
		gemmT4xAVX512(m, k, a, asi, asp, b, bs, c, csi, cols, h, add)
	}
}

func packed2(nv, m, k int, a *float64, asi, asp int, b *float64, bs int, c *float64, csi, cols, h int, add bool) {
	switch nv {
	case 1:
		gemmT1xAVX2(m, k, a, asi, asp, b, bs, c, csi, cols, h, add)
	case 2:
		gemmT2xAVX2(m, k, a, asi, asp, b, bs, c, csi, cols, h, add)
	case 3:
		gemmT3xAVX2(m, k, a, asi, asp, b, bs, c, csi, cols, h, add)
	case 4:
		gemmT4xAVX2(m, k, a, asi, asp, b, bs, c, csi, cols, h, add)
	}
}
