// Prints the first address of the host that is named, and how it was asked for.
package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"time"
)

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	begin := time.Now()
	found, err := net.DefaultResolver.LookupHost(ctx, os.Args[1])
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Printf("%s in %.1f s", found[0], time.Since(begin).Seconds())
}
