package main

import "fmt"

func main() {
	answer := 6 * 7
	fmt.Println("answer", answer)
}
