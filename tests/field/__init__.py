"""What goes wrong on real phones, each case by what happens: docs/cases.md is the table of them."""
