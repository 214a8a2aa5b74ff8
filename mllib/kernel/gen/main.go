// Command gen writes the assembly of package kernel: one AVX2+FMA and one
// AVX-512 variant of every inner loop, together with the Go declarations.
//
// Run it in the folder of package kernel: go run ./gen (see go:generate there).
package main

import (
	"bytes"
	"fmt"
	"log"
	"os"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/pass"
	"github.com/mmcloughlin/avo/printer"
)

// A unit is one pair of generated files, NAME_amd64.s and NAME_amd64.go.
type unit struct {
	name string
	emit func(*build.Context)
}

func main() {
	log.SetFlags(0)
	for _, u := range []unit{
		{"asm_gemm", emitGemm},
	} {
		if err := u.write(); err != nil {
			log.Fatalf("gen: %s: %v", u.name, err)
		}
	}
}

func (u unit) write() error {
	ctx := build.NewContext()
	ctx.ConstraintExpr("amd64,!noasm")
	u.emit(ctx)
	file, err := ctx.Result()
	if err != nil {
		return err
	}
	if err := pass.Compile.Execute(file); err != nil {
		return err
	}
	cfg := printer.Config{Name: "go run ./gen", Argv: []string{"go", "run", "./gen"}, Pkg: "kernel"}
	for suffix, p := range map[string]printer.Printer{
		"_amd64.s":  printer.NewGoAsm(cfg),
		"_amd64.go": printer.NewStubs(cfg),
	} {
		text, err := p.Print(file)
		if err != nil {
			return err
		}
		if err := os.WriteFile(u.name+suffix, bytes.TrimLeft(text, "\n"), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// function opens a Go assembly function; its pointers do not escape.
func function(c *build.Context, name, signature, doc string) {
	c.Function(name)
	c.Attributes(attr.NOSPLIT)
	c.Pragma("noescape")
	c.SignatureExpr(signature)
	c.Doc(fmt.Sprintf("%s %s", name, doc))
}
