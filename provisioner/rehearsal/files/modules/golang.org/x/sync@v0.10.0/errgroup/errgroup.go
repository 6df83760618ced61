// Package errgroup is the stand-in's: as much of the real one as a small program needs.
package errgroup

import "sync"

// Group waits for functions that run side by side and keeps the first error.
type Group struct {
	running sync.WaitGroup
	once    sync.Once
	first   error
}

// Go starts a function.
func (g *Group) Go(f func() error) {
	g.running.Add(1)
	go func() {
		defer g.running.Done()
		if err := f(); err != nil {
			g.once.Do(func() { g.first = err })
		}
	}()
}

// Wait returns the first error, once all have ended.
func (g *Group) Wait() error {
	g.running.Wait()
	return g.first
}
