"""Programs in Go that wait, ask and serve."""

from __future__ import annotations

WAITING = """\
package main

import (
	"fmt"
	"os"
	"time"
)

func main() {
	fmt.Println("waiting")
	os.Stdout.Sync()
	time.Sleep(time.Hour)
}
"""
ASKING = """\
package main

import (
	"bufio"
	"fmt"
	"os"
	"os/signal"
)

func main() {
	pressed := make(chan os.Signal, 1)
	signal.Notify(pressed, os.Interrupt)
	go func() {
		<-pressed
		fmt.Println("interrupted")
		os.Exit(3)
	}()
	fmt.Println("who are you?")
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		fmt.Println("hello", lines.Text())
	}
	fmt.Println("bye", os.Args[1:])
	os.Exit(7)
}
"""
SERVING = """\
package main

import (
	"crypto/tls"
	"fmt"
	"net"
	"os"
)

func main() {
	if len(os.Args) > 1 {
		_, err := net.LookupHost("nowhere.example")
		fmt.Println(err)
		_, err = tls.Dial("tcp", os.Args[1], nil)
		fmt.Println("tls", err)
		return
	}
	listener, err := net.Listen("tcp", "127.0.0.1:1111")
	if err != nil {
		panic(err)
	}
	fmt.Println("serving")
	for {
		visitor, _ := listener.Accept()
		buffer := make([]byte, 4096)
		visitor.Read(buffer)
		fmt.Fprint(visitor, "HTTP/1.0 200 OK\\r\\n\\r\\nWelcome to this website!")
		visitor.Close()
	}
}
"""
