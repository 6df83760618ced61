" Omni completion, by gopls.
function! go#complete#Complete(findstart, base) abort
  if a:findstart
    let s:found = go#lsp#Ask('completion', col('.') - 1)
    return match(getline('.')[: col('.') - 2], '\k*$')
  endif
  let l:items = type(s:found) == v:t_dict ? s:found.items : type(s:found) == v:t_list ? s:found : []
  return filter(map(copy(l:items), 'v:val.label'), 'stridx(v:val, a:base) == 0')
endfunction
