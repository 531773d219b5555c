// franz-go as a witness. `witness BOOTSTRAP TOPIC` are transactional producers, told line by line what to do: `ID begin`, `ID send PARTITION VALUE`,
// `ID commit`, `ID abort`. `witness BOOTSTRAP TOPIC COUNT` reads.
package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/twmb/franz-go/pkg/kgo"
)

func main() {
	bootstrap, topic := os.Args[1], os.Args[2]
	if len(os.Args) > 3 {
		count, err := strconv.Atoi(os.Args[3])
		must(err)
		read(bootstrap, topic, count)
		return
	}
	clients := map[string]*kgo.Client{}
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		words := strings.SplitN(lines.Text(), " ", 4)
		client, ok := clients[words[0]]
		if !ok {
			client = create(bootstrap, words[0])
			clients[words[0]] = client
		}
		must(obey(client, topic, words[1:]))
		fmt.Println("done")
	}
	for _, client := range clients {
		client.Close()
	}
}

func obey(client *kgo.Client, topic string, words []string) error {
	ctx := context.Background()
	switch words[0] {
	case "begin":
		return client.BeginTransaction()
	case "send":
		partition, err := strconv.Atoi(words[1])
		must(err)
		record := &kgo.Record{Topic: topic, Partition: int32(partition), Value: []byte(words[2])}
		return client.ProduceSync(ctx, record).FirstErr()
	case "commit":
		return client.EndTransaction(ctx, kgo.TryCommit)
	case "abort":
		return client.EndTransaction(ctx, kgo.TryAbort)
	}
	return fmt.Errorf("unknown word %q", words[0])
}

func create(bootstrap, id string) *kgo.Client {
	client, err := kgo.NewClient(
		kgo.SeedBrokers(strings.Split(bootstrap, ",")...),
		kgo.TransactionalID(id),
		kgo.RecordPartitioner(kgo.ManualPartitioner()),
		kgo.ProducerLinger(0),
	)
	must(err)
	return client
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
