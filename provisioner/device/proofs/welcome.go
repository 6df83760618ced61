// The first web server of many a Go programmer. It ends after its first visitor, or after 20 seconds.
package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"syscall"
	"time"
)

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:"+os.Args[1])
	if errors.Is(err, syscall.EADDRINUSE) {
		os.Exit(77)
	}
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}

	fmt.Println("serving")
	visited := make(chan struct{}, 1)
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, "Welcome to this website!")
		select {
		case visited <- struct{}{}:
		default:
		}
	})
	server := &http.Server{ReadTimeout: 5 * time.Second}
	go server.Serve(listener)

	select {
	case <-visited:
	case <-time.After(20 * time.Second):
	}
	soon, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	server.Shutdown(soon)
}
