package main

// static int times(int a, int b) { return a * b; }
import "C"

import "fmt"

func main() {
	fmt.Println("C says", C.times(6, 7))
}
