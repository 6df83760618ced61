" A snippet of vim-go's is expanded in main.go.
set noundofile nobackup nowritebackup noswapfile viminfo=
call cursor(6, 1)
" Nothing may follow in the same keys: it would be typed over the snippet's first place.
silent! call feedkeys("off\<C-r>=UltiSnips#ExpandSnippet()\<CR>", 'xt')
call writefile([getline(7)], $SEEN)
qa!
