" Runs the go command in the folder of the buffer; errors go to the quickfix list.
function! go#cmd#Run(verb, ...) abort
  if &autowrite || &autowriteall
    silent! wall
  endif
  let l:words = ['go', a:verb] + map(copy(a:000), 'shellescape(v:val)')
  if a:verb ==# 'build' && !a:0
    let l:words += ['-o', '/dev/null']
  endif
  let l:out = system('cd ' .. shellescape(expand('%:p:h')) .. ' && ' .. join(l:words + [a:0 ? '' : '.']))
  cgetexpr l:out
  echo v:shell_error ? 'vim-go: [' .. a:verb .. '] FAILED' : 'vim-go: [' .. a:verb .. '] SUCCESS'
endfunction
