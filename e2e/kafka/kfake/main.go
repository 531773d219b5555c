// kfake PORT...: franz-go's fake cluster on these ports of loopback, a broker each, until standard input ends.
package main

import (
	"fmt"
	"io"
	"os"
	"strconv"

	"github.com/twmb/franz-go/pkg/kfake"
)

func main() {
	var ports []int
	for _, arg := range os.Args[1:] {
		port, err := strconv.Atoi(arg)
		if err != nil {
			fail(err)
		}
		ports = append(ports, port)
	}
	cluster, err := kfake.NewCluster(kfake.Ports(ports...), kfake.SeedTopics(3, "seeded"), kfake.AllowAutoTopicCreation())
	if err != nil {
		fail(err)
	}
	fmt.Println("ready")
	io.Copy(io.Discard, os.Stdin)
	cluster.Close()
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
