// What the programs in Go have in common.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
)

type measurement struct {
	Benchmark string             `json:"benchmark"`
	Contender string             `json:"contender"`
	Params    map[string]string  `json:"params"`
	Unit      string             `json:"unit"`
	Value     float64            `json:"value"`
	Details   map[string]float64 `json:"details"`
}

// One line of JSON, as the report reads it.
func (m measurement) print() {
	if m.Details == nil {
		m.Details = map[string]float64{}
	}
	line, err := json.Marshal(m)
	if err != nil {
		panic(err)
	}
	fmt.Println(string(line))
}

// GO_1_19, or GO_1_19_SYNC_MAP if that is the map.
func contender(kind string) string {
	version := strings.ReplaceAll(strings.TrimPrefix(runtime.Version(), "go"), ".", "_")
	parts := strings.SplitN(version, "_", 3)
	name := "GO_" + parts[0] + "_" + parts[1]
	if kind != "" {
		name += "_" + kind
	}
	return name
}

func number(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	return n
}

func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
