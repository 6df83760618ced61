" Formats the buffer; gopls and gofmt give the same here.
function! go#fmt#Format() abort
  let l:lines = systemlist('gofmt', getline(1, '$') + [''])
  if v:shell_error || l:lines ==# getline(1, '$')
    return
  endif
  let l:view = winsaveview()
  silent keepjumps %delete _
  call setline(1, l:lines)
  call winrestview(l:view)
endfunction
