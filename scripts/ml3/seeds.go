package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"ml3/mllib/random"
	"ml3/scripts/ml3/store"
)

// seedsUsage describes the flag --seeds.
const seedsUsage = "`which`: 3 (the first three stored ones), 1,2,9 (these; 9, for one alone), or a seed file"

// seeds returns the seeds of an experiment: all of data/seeds by default, or
// what the flag --seeds says.
func (a *app) seeds(experiment, flag string) ([]uint64, error) {
	isList := flag != "" && strings.Trim(flag, "0123456789, ") == ""
	switch {
	case isList && strings.Contains(flag, ","):
		return parseSeeds(flag)
	case flag != "" && !isList:
		if !exists(flag) {
			return nil, fmt.Errorf("--seeds %s is neither a number, a list of seeds, nor a file", store.Clip(flag))
		}
		return random.ReadSeeds(flag)
	}
	stored, err := random.ReadSeeds(a.seedFile(experiment))
	if err != nil || flag == "" {
		return stored, err
	}
	n, err := strconv.Atoi(strings.TrimSpace(flag))
	if err != nil || n < 1 || n > len(stored) {
		return nil, fmt.Errorf("--seeds %s: %s has %d seeds; give a number from 1 to %d, or the seed itself as %s,",
			store.Clip(flag), a.relative(a.seedFile(experiment)), len(stored), len(stored), store.Clip(strings.TrimSpace(flag)))
	}
	return stored[:n], nil
}

// parseSeeds reads a list of seeds separated by commas; a comma may end it.
func parseSeeds(list string) ([]uint64, error) {
	var seeds []uint64
	for field := range strings.SplitSeq(strings.TrimSuffix(strings.TrimSpace(list), ","), ",") {
		seed, err := strconv.ParseUint(strings.TrimSpace(field), 10, 64)
		if err != nil {
			return nil, fmt.Errorf("--seeds %s: %q is no seed; write whole numbers from 0 to 18446744073709551615 with commas between them", store.Clip(list), store.Clip(field))
		}
		if slices.Contains(seeds, seed) {
			return nil, fmt.Errorf("--seeds %s: seed %d is there twice", store.Clip(list), seed)
		}
		seeds = append(seeds, seed)
	}
	return seeds, nil
}
