// Package browser tests pages in a real browser. It is a module of its own, so that the
// project does not depend on one; check.sh runs it.
package browser
