" vim-go at work on main.go, as a person uses it. What came of it is said a line each.
set noundofile nobackup nowritebackup noswapfile viminfo=
let g:begun = reltime()

function! Say(what, holds, text)
  let l:took = printf('%.1f', reltimefloat(reltime(g:begun)))
  call writefile([a:what . '=' . (a:holds ? 1 : 0) . ' ' . l:took . ' ' . a:text], $SEEN, 'a')
  let g:begun = reltime()
endfunction

" vim-go works beside us: its answers come while we sleep.
function! Until(what)
  let l:begin = reltime()
  while !eval(a:what) && reltimefloat(reltime(l:begin)) < str2float($PATIENCE)
    sleep 50m
  endwhile
  return eval(a:what)
endfunction

call cursor(6, 14)
silent! GoDef
call Say('GoDef', Until("line('.') == 9"), 'line ' . line('.'))

call setline(6, "\tfmt.Prin")
call cursor(6, 1)
silent! exe "normal! A\<C-x>\<C-o>\<Esc>"
call Say('completion', getline(6) =~# '^\tfmt\.Print', getline(6))

call setline(6, 'fmt.Println( greeting(  ) )')
silent! write
call Say('GoFmt', getline(6) ==# "\tfmt.Println(greeting())" && readfile('main.go')[5] ==# getline(6), getline(6))

function! Mistakes()
  return filter(getqflist(), 'v:val.lnum')
endfunction
call setline(6, "\tfmt.Println(nothing())")
silent! GoBuild
let g:found = Until('!empty(Mistakes())') ? Mistakes()[0] : {'lnum': 0, 'text': 'no mistake'}
call Say('GoBuild', g:found.lnum == 6 && g:found.text =~# 'nothing', 'line ' . g:found.lnum . ': ' . g:found.text)

call setline(6, "\tfmt.Println(greeting())")
silent! GoBuild
call Say('GoBuild', Until('empty(Mistakes())'), string(map(Mistakes(), 'v:val.text')))
qa!
