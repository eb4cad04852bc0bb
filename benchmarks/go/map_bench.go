// Lookups and growth of Go's own map, uint64 to uint64, as lines of JSON for the report.
//
//	go run map_bench.go measurement.go 1000,1000000
package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

const (
	rounds        = 5
	leastLookups  = 1 << 16
	mostLookups   = 1 << 22
	leastInserted = 1000000
)

// Present keys are mix(1) to mix(n), absent ones follow; both come in random order.
func questions(n, first uint64) []uint64 {
	count := n
	if count < leastLookups {
		count = leastLookups
	}
	if count > mostLookups {
		count = mostLookups
	}
	keys := make([]uint64, count)
	for i := range keys {
		keys[i] = mix(first + mix(uint64(i)+1)%n)
	}
	return keys
}

func fill(n uint64) map[uint64]uint64 {
	m := map[uint64]uint64{}
	for i := uint64(1); i <= n; i++ {
		m[mix(i)] = i
	}
	return m
}

// The middle one of some rounds, in nanoseconds for each of n.
func each(n uint64, round func()) float64 {
	times := make([]float64, 0, rounds)
	for i := 0; i < rounds; i++ {
		start := time.Now()
		round()
		t := float64(time.Since(start).Nanoseconds()) / float64(n)
		at := len(times)
		for at > 0 && times[at-1] > t {
			at--
		}
		times = append(times[:at], append([]float64{t}, times[at:]...)...)
	}
	return times[rounds/2]
}

var sink uint64

func lookups(m map[uint64]uint64, keys []uint64) float64 {
	return each(uint64(len(keys)), func() {
		for _, key := range keys {
			sink += m[key]
		}
	})
}

func print(benchmark string, n uint64, value float64) {
	measurement{
		Benchmark: benchmark,
		Contender: contender(""),
		Params:    map[string]string{"entries": strconv.FormatUint(n, 10)},
		Unit:      "ns",
		Value:     value,
	}.print()
}

func main() {
	for _, text := range strings.Split(os.Args[1], ",") {
		n, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		m := fill(n)
		print("Go.getHit", n, lookups(m, questions(n, 1)))
		print("Go.getMiss", n, lookups(m, questions(n, n+1)))
		m = nil
		repeats := 1 + leastInserted/n
		print("Go.fill", n, each(n*repeats, func() {
			for i := uint64(0); i < repeats; i++ {
				sink += uint64(len(fill(n)))
			}
		}))
	}
}
