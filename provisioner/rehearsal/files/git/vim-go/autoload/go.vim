" Installs the tools that are not on the PATH, as vim-go does: with `go install`.
function! go#InstallBinaries(update, ...) abort
  let l:tools = {'gopls': 'golang.org/x/tools/gopls@latest', 'dlv': 'github.com/go-delve/delve/cmd/dlv@latest',
        \ 'goimports': 'golang.org/x/tools/cmd/goimports@master'}
  for l:name in a:0 ? a:000 : sort(keys(l:tools))
    if a:update || !executable(l:name)
      echo system('go install -v -mod=mod ' .. get(l:tools, l:name, l:name))
    endif
  endfor
endfunction
