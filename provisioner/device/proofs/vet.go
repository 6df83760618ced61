package main

import "fmt"

func main() {
	fmt.Printf("%d\n", sum("4", "2"))
}

func sum(a, b string) string {
	return a + b
}
