package main

import (
	"fmt"

	"golang.org/x/sync/errgroup"
)

func main() {
	var group errgroup.Group
	group.Go(func() error { return nil })
	fmt.Println(group.Wait() == nil)
}
