// franz-go as a contestant: what contest.mjs is for the JavaScript clients. Run with GOMAXPROCS=1.
package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

type task struct {
	Scenario    string   `json:"scenario"`
	Brokers     []string `json:"brokers"`
	Topic       string   `json:"topic"`
	WarmTopic   string   `json:"warmTopic"`
	Partitions  int32    `json:"partitions"`
	Count       int      `json:"count"`
	WarmCount   int      `json:"warmCount"`
	Size        int      `json:"size"`
	Compression string   `json:"compression"`
}

type figures struct {
	Records int     `json:"records"`
	Bytes   int     `json:"bytes"`
	Ms      float64 `json:"ms"`
	CpuUs   float64 `json:"cpuUs"`
	RssMb   float64 `json:"rssMb"`
	P50Us   float64 `json:"p50Us"`
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// Two fifths random hex digits, the rest text that all values share.
func values(size int) [][]byte {
	all := make([][]byte, 1024)
	for i := range all {
		random := make([]byte, size/5)
		rand.Read(random)
		value := append([]byte(hex.EncodeToString(random)), bytes.Repeat([]byte(`,"status":"created"`), size/19+1)...)
		all[i] = value[:size]
	}
	return all
}

func codec(name string) kgo.CompressionCodec {
	switch name {
	case "lz4":
		return kgo.Lz4Compression()
	case "zstd":
		return kgo.ZstdCompression()
	case "gzip":
		return kgo.GzipCompression()
	case "snappy":
		return kgo.SnappyCompression()
	}
	return kgo.NoCompression()
}

var ctx = context.Background()

func (t task) producer() *kgo.Client {
	opts := []kgo.Opt{kgo.SeedBrokers(t.Brokers...), kgo.ProducerBatchCompression(codec(t.Compression))}
	switch t.Scenario {
	case "send":
		opts = append(opts, kgo.ProducerLinger(5*time.Millisecond), kgo.MaxBufferedRecords(10_000))
	case "sequential":
		opts = append(opts, kgo.ProducerLinger(0))
	}
	client, err := kgo.NewClient(opts...)
	must(err)
	return client
}

func (t task) produce(client *kgo.Client, topic string, count int) figures {
	payload := values(t.Size)
	var told int
	var mu sync.Mutex
	for i := range count {
		client.Produce(ctx, &kgo.Record{Topic: topic, Value: payload[i&1023]}, func(_ *kgo.Record, err error) {
			must(err)
			mu.Lock()
			told++
			mu.Unlock()
		})
	}
	must(client.Flush(ctx))
	return figures{Records: told, Bytes: told * t.Size}
}

func (t task) sequential(client *kgo.Client, topic string, count int) figures {
	payload := values(t.Size)
	took := make([]time.Duration, count)
	for i := range count {
		from := time.Now()
		must(client.ProduceSync(ctx, &kgo.Record{Topic: topic, Value: payload[i&1023]}).FirstErr())
		took[i] = time.Since(from)
	}
	slices.Sort(took)
	return figures{Records: count, Bytes: count * t.Size, P50Us: float64(took[count/2].Nanoseconds()) / 1e3}
}

func (t task) consume(topic string, count int) figures {
	offsets := map[int32]kgo.Offset{}
	for p := range t.Partitions {
		offsets[p] = kgo.NewOffset().AtStart()
	}
	opts := []kgo.Opt{kgo.SeedBrokers(t.Brokers...), kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{topic: offsets})}
	// Its pools hold records and what was decompressed: with large plain records they take more than they save.
	recycles := t.Scenario == "recycle" && (t.Size < 1000 || t.Compression != "none")
	if recycles {
		opts = append(opts, kgo.WithPools(&pools{}))
	}
	client, err := kgo.NewClient(opts...)
	must(err)
	defer client.Close()
	var f figures
	for f.Records < count {
		fetches := client.PollFetches(ctx)
		must(fetches.Err())
		fetches.EachRecord(func(r *kgo.Record) {
			f.Records++
			f.Bytes += len(r.Value)
			if recycles {
				r.Recycle()
			}
		})
	}
	return f
}

// What kgo can use again of what it fetched: records, and what was decompressed.
type pools struct{ records, decompressed sync.Pool }

func (p *pools) GetRecords(n int) []kgo.Record {
	if r, _ := p.records.Get().(*[]kgo.Record); r != nil && cap(*r) >= n {
		return (*r)[:0]
	}
	return make([]kgo.Record, 0, n)
}
func (p *pools) PutRecords(r []kgo.Record) { p.records.Put(&r) }

func (p *pools) GetDecompressBytes(compressed []byte, _ kgo.CompressionCodecType) []byte {
	if b, _ := p.decompressed.Get().(*[]byte); b != nil {
		return *b
	}
	return make([]byte, 0, 4*len(compressed))
}
func (p *pools) PutDecompressBytes(b []byte) { p.decompressed.Put(&b) }

func main() {
	var t task
	must(json.Unmarshal([]byte(os.Args[1]), &t))
	var run func(topic string, count int) figures
	switch t.Scenario {
	case "produce", "send", "sequential":
		client := t.producer()
		defer client.Close()
		run = func(topic string, count int) figures {
			if t.Scenario == "sequential" {
				return t.sequential(client, topic, count)
			}
			return t.produce(client, topic, count)
		}
	default:
		run = t.consume
	}
	run(t.WarmTopic, t.WarmCount)
	cpu, from := usage(), time.Now()
	f := run(t.Topic, t.Count)
	f.Ms = float64(time.Since(from).Microseconds()) / 1e3
	used := usage()
	f.CpuUs = used.cpuUs - cpu.cpuUs
	f.RssMb = used.rssMb
	out, err := json.Marshal(f)
	must(err)
	fmt.Println(string(out))
}

type used struct{ cpuUs, rssMb float64 }

func usage() used {
	var r syscall.Rusage
	must(syscall.Getrusage(syscall.RUSAGE_SELF, &r))
	us := func(t syscall.Timeval) float64 { return float64(t.Sec)*1e6 + float64(t.Usec) }
	return used{us(r.Utime) + us(r.Stime), float64(r.Maxrss) / 1024}
}
