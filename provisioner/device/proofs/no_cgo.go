//go:build !cgo

package main

import "fmt"

func main() {
	fmt.Println("Go says", 6*7)
}
