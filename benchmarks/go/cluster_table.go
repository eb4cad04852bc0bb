// A table of clusters by name, looked up by every request and changed by service discovery all the time.
// Counterpart of program.ClusterTable, which says more.
//
//	go run cluster_table.go measurement.go 10000 1,2 2000		names, readers, milliseconds
package main

import (
	"fmt"
	"math/rand"
	"os"
	"runtime"
	"sort"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"
)

const (
	period     = 10 * time.Millisecond
	questions  = 1 << 16
	timedEvery = 64
)

type cluster struct {
	id                                int64
	weight, maxRequests, timeoutMilli int32
	endpoints                         string
}

func name(i int) string {
	return fmt.Sprintf("outbound|8080||service-%d.ns-%d.svc.cluster.local", i, i%100)
}

func makeCluster(id int) *cluster {
	endpoints := fmt.Sprintf("10.0.%d.1:8080,10.1.%d.2:8080,10.2.7.3:8080", id%256, id%256)
	return &cluster{int64(id), int32(id % 100), 1024, 250, endpoints}
}

type table interface {
	get(name string) *cluster
	update(put map[string]*cluster, remove string)
}

type locked struct {
	sync.RWMutex
	m map[string]*cluster
}

func (t *locked) get(name string) *cluster {
	t.RLock()
	c := t.m[name]
	t.RUnlock()
	return c
}

func (t *locked) update(put map[string]*cluster, remove string) {
	t.Lock()
	for name, c := range put {
		t.m[name] = c
	}
	delete(t.m, remove)
	t.Unlock()
}

type syncMap struct{ m sync.Map }

func (t *syncMap) get(name string) *cluster {
	if c, ok := t.m.Load(name); ok {
		return c.(*cluster)
	}
	return nil
}

func (t *syncMap) update(put map[string]*cluster, remove string) {
	for name, c := range put {
		t.m.Store(name, c)
	}
	t.m.Delete(remove)
}

type outcome struct {
	perSecond float64
	times     []int64
}

// Ties this goroutine to a CPU, as the other programs do: see Affinity.
func pin(cpu int) {
	runtime.LockOSThread()
	mask := [16]uint64{1 << (uint(cpu) % uint(runtime.NumCPU()))}
	syscall.RawSyscall(syscall.SYS_SCHED_SETAFFINITY, 0, unsafe.Sizeof(mask), uintptr(unsafe.Pointer(&mask)))
}

var found [64]*cluster // a reader's last answer is kept, one to a cache line

func read(t table, names []string, me int, over *int32) outcome {
	pin(me)
	random := rand.New(rand.NewSource(int64(me) + 1))
	asked := make([]int, questions)
	for i := range asked {
		asked[i] = random.Intn(len(names))
	}
	ask := func(i int) {
		c := t.get(names[i])
		if c == nil || int(c.id)%len(names) != i {
			panic(names[i])
		}
		found[8*me] = c
	}
	times := make([]int64, 0, 1<<20)
	lookups, next := 0, 0
	start := time.Now()
	for lookups == 0 || atomic.LoadInt32(over) == 0 { // once, even if this thread was late
		for i := 1; i < timedEvery; i++ {
			ask(asked[next])
			next++
		}
		before := time.Now()
		ask(asked[next])
		times = append(times, int64(time.Since(before)))
		next = (next + 1) % questions
		lookups += timedEvery
	}
	return outcome{float64(lookups) / time.Since(start).Seconds(), times}
}

var version int

func write(t table, n int, duration time.Duration) {
	removed := "" // one that is there only for a moment
	start := time.Now()
	for due := time.Duration(0); due < duration; due += period {
		time.Sleep(due - time.Since(start))
		version++
		replaced, added := version*31%n, n+version
		t.update(map[string]*cluster{
			name(replaced): makeCluster(replaced + version*n),
			name(added):    makeCluster(added),
		}, removed)
		removed = name(added)
	}
	t.update(nil, removed)
}

func measure(t table, names []string, readers int, duration time.Duration) outcome {
	var over int32
	results := make(chan outcome)
	for r := 0; r < readers; r++ {
		go func(r int) { results <- read(t, names, r, &over) }(r)
	}
	write(t, len(names), duration)
	atomic.StoreInt32(&over, 1)
	sum := outcome{}
	for r := 0; r < readers; r++ {
		one := <-results
		sum.perSecond += one.perSecond
		sum.times = append(sum.times, one.times...)
	}
	sort.Slice(sum.times, func(i, j int) bool { return sum.times[i] < sum.times[j] })
	return sum
}

func heap() uint64 {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}

func compare(kind string, t table, names []string, readers string, duration time.Duration) {
	print := func(what, unit string, value float64, params map[string]string) {
		params["entries"], params["value"] = strconv.Itoa(len(names)), "CLUSTER"
		measurement{Benchmark: "ClusterTable." + what, Contender: contender(kind), Params: params, Unit: unit,
			Value: value}.print()
	}
	before := heap()
	for i := range names {
		t.update(map[string]*cluster{name(i): makeCluster(i)}, "")
	}
	print("memory", "bytes", float64(heap()-before), map[string]string{})
	version = 0
	for _, text := range strings.Split(readers, ",") {
		measure(t, names, number(text), duration/2) // warm-up, as the others have
		result := measure(t, names, number(text), duration)
		print("lookups", "1/s", result.perSecond, map[string]string{"readers": text})
		for _, p := range []float64{50, 99, 99.9} {
			at := int(float64(len(result.times)-1) * p / 100)
			print("latency", "ns", float64(result.times[at]), map[string]string{
				"readers": text, "percentile": "p" + strconv.FormatFloat(p, 'f', -1, 64)})
		}
	}
}

func main() {
	names := make([]string, number(os.Args[1]))
	for i := range names {
		names[i] = name(i)
	}
	duration := time.Duration(number(os.Args[3])) * time.Millisecond
	compare("RWMUTEX", &locked{m: map[string]*cluster{}}, names, os.Args[2], duration)
	compare("SYNC_MAP", &syncMap{}, names, os.Args[2], duration)
}
