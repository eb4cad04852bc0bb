// What happens when goroutines write to an empty map at once? Go ends the process when it notices, so each round is
// a process of its own. Counterpart of program.FirstWrites.
//
//	go run first_writes.go measurement.go 4 500 50		writers, keys of each, rounds
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
)

const (
	shareEvery = 16 // each of so many keys is one that all writers put
	shared     = 1 << 40
)

func key(writer, i, keys int) uint64 {
	if i%shareEvery == 0 {
		return mix(shared + uint64(i) + 1)
	}
	return mix(uint64(writer*keys+i) + 1)
}

// Says on standard output how many entries are missing; ends with a fatal error if the runtime sees the race.
func round(writers, keys int) {
	m := map[uint64]uint64{}
	var ready int32
	var done sync.WaitGroup
	done.Add(writers)
	for w := 0; w < writers; w++ {
		go func(w int) {
			defer done.Done()
			atomic.AddInt32(&ready, 1)
			for atomic.LoadInt32(&ready) < int32(writers) {
				runtime.Gosched()
			}
			for i := 0; i < keys; i++ {
				m[key(w, i, keys)] = uint64(w) + 1
			}
		}(w)
	}
	done.Wait()
	lost := 0
	for w := 0; w < writers; w++ {
		for i := 0; i < keys; i++ {
			if i%shareEvery == 0 && w != 0 {
				continue
			}
			if by := m[key(w, i, keys)]; by == 0 || i%shareEvery != 0 && by != uint64(w)+1 {
				lost++
			}
		}
	}
	fmt.Println(lost)
}

func main() {
	if os.Args[1] == "round" {
		round(number(os.Args[2]), number(os.Args[3]))
		return
	}
	writers, keys, rounds := os.Args[1], os.Args[2], number(os.Args[3])
	program, err := os.Executable()
	if err != nil {
		panic(err)
	}
	detected, crashed, silent, lost := 0, 0, 0, 0
	for i := 0; i < rounds; i++ {
		out, err := exec.Command(program, "round", writers, keys).Output()
		var failed *exec.ExitError
		switch {
		case errors.As(err, &failed) && strings.Contains(string(failed.Stderr), "concurrent map"):
			detected++
		case errors.As(err, &failed): // by a panic or a signal: the map was damaged before the runtime saw why
			crashed++
		case err != nil:
			panic(err)
		default:
			if n := number(strings.TrimSpace(string(out))); n > 0 {
				silent++
				lost += n
			}
		}
	}
	print := func(what, unit string, value float64) {
		measurement{
			Benchmark: "FirstWrites." + what,
			Contender: contender(""),
			Params:    map[string]string{"writers": writers, "keys": keys},
			Unit:      unit,
			Value:     value,
			Details:   map[string]float64{"rounds": float64(rounds)},
		}.print()
	}
	print("rounds", "rounds", float64(rounds))
	print("detected", "%", 100*float64(detected)/float64(rounds))
	print("crashed", "%", 100*float64(crashed)/float64(rounds))
	print("lostSilently", "%", 100*float64(silent)/float64(rounds))
	print("lost", "entries", float64(lost))
}
