package main

import "testing"

func TestSum(t *testing.T) {
	if sum("4", "2") != "42" {
		t.Fail()
	}
}
