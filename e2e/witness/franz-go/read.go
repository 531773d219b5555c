package main

import (
	"context"
	"encoding/json"
	"os"
	"strings"

	"github.com/twmb/franz-go/pkg/kgo"
)

// What is read, a line of JSON each; bytes are in base64, and null is not empty.
type record struct {
	Partition int32    `json:"partition"`
	Offset    int64    `json:"offset"`
	Timestamp int64    `json:"timestamp"`
	Key       []byte   `json:"key"`
	Value     []byte   `json:"value"`
	Headers   []header `json:"headers"`
}

type header struct {
	Key   string `json:"key"`
	Value []byte `json:"value"`
}

// Prints the first `count` records of a topic.
func read(bootstrap, topic string, count int) {
	client, err := kgo.NewClient(
		kgo.SeedBrokers(strings.Split(bootstrap, ",")...),
		kgo.ConsumeTopics(topic),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
	)
	must(err)
	defer client.Close()
	lines := json.NewEncoder(os.Stdout)
	for count > 0 {
		fetches := client.PollRecords(context.Background(), count)
		must(fetches.Err())
		fetches.EachRecord(func(r *kgo.Record) {
			headers := []header{}
			for _, h := range r.Headers {
				headers = append(headers, header{h.Key, h.Value})
			}
			must(lines.Encode(record{r.Partition, r.Offset, r.Timestamp.UnixMilli(), r.Key, r.Value, headers}))
			count--
		})
	}
}
