autocmd BufRead,BufNewFile *.go setfiletype go
autocmd BufRead,BufNewFile go.mod setfiletype gomod
