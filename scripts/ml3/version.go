package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"ml3/mllib/kernel"
)

// version is that of the last entry in CHANGELOG.md.
const version = "0.1.0"

// versionText says what program this is: its version, the revision it was built from
// if Go has recorded it (go run does not), and what computes.
func versionText() string {
	revision, level, modified := "revision not recorded", "", ""
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			switch {
			case s.Key == "vcs.revision":
				revision = "revision " + s.Value
			case s.Key == "vcs.modified" && s.Value == "true":
				modified = ", modified"
			case s.Key == "GOAMD64":
				level = " GOAMD64=" + s.Value
			}
		}
	}
	return fmt.Sprintf("ml3 %s (module ml3, %s%s)\n%s %s/%s%s, kernels: %s\n", version, revision, modified,
		runtime.Version(), runtime.GOOS, runtime.GOARCH, level, kernel.Features())
}
