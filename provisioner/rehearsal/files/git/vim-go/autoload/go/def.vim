" Goes to where the word under the cursor is defined.
function! go#def#Jump() abort
  let l:found = go#lsp#Ask('definition', col('.') - 1)
  if type(l:found) != v:t_list || empty(l:found)
    echo 'vim-go: no definition found'
    return
  endif
  let l:file = substitute(l:found[0].uri, '^file://', '', '')
  if l:file !=# expand('%:p')
    execute 'edit' fnameescape(l:file)
  endif
  call cursor(l:found[0].range.start.line + 1, l:found[0].range.start.character + 1)
endfunction
