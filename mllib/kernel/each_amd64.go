//go:build !noasm

package kernel

// eachAsm computes GemmEach in assembly where that is faster than one product after
// the other: where one is so narrow that its few chains wait for themselves.
func eachAsm(m, n, k int, a, b, c []float64) bool {
	t := &tiling512
	if active == withAVX2 {
		t = &tiling2
	}
	nv := (n + t.lanes - 1) / t.lanes
	if active == portable || m == 0 || k == 0 || nv == 0 || nv > t.lanes {
		return false
	}
	x, y, z := &a[0], &b[0], &c[0]
	switch t.first + nv {
	case 1:
		each1xAVX512(m, k, x, y, 8*n, z, n)
	case 2:
		each2xAVX512(m, k, x, y, 8*n, z, n)
	case 3:
		each3xAVX512(m, k, x, y, 8*n, z, n)
	case 4:
		each4xAVX512(m, k, x, y, 8*n, z, n)
	case 5:
		each5xAVX512(m, k, x, y, 8*n, z, n)
	case 6:
		each6xAVX512(m, k, x, y, 8*n, z, n)
	case 7:
		each7xAVX512(m, k, x, y, 8*n, z, n)
	case 8:
		each8xAVX512(m, k, x, y, 8*n, z, n)
	case firstAVX2 + 1:
		each1xAVX2(m, k, x, y, 8*n, z, n)
	case firstAVX2 + 2:
		each2xAVX2(m, k, x, y, 8*n, z, n)
	case firstAVX2 + 3:
		each3xAVX2(m, k, x, y, 8*n, z, n)
	case firstAVX2 + 4:
		each4xAVX2(m, k, x, y, 8*n, z, n)
	}
	return true
}
