" Omni completion, of the words in the buffer.
function! go#complete#Complete(findstart, base) abort
  if a:findstart
    return match(getline('.')[: col('.') - 2], '\k*$')
  endif
  return filter(uniq(sort(split(join(getline(1, '$')), '\W\+'))), 'stridx(v:val, a:base) == 0')
endfunction
