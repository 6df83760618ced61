" Stand-in for vim-go: what it does at Vim's start.
if exists('g:go_loaded_install')
  finish
endif
let g:go_loaded_install = 1

if go#config#VersionWarning() && !has('patch-8.2.5072')
  echohl Error | echom 'vim-go requires at least Vim 8.2.5072' | echohl None
endif

command! -nargs=* -bang GoInstallBinaries call go#InstallBinaries(<bang>0, <f-args>)
command! -nargs=* -bang GoUpdateBinaries call go#InstallBinaries(1, <f-args>)
command! -nargs=? -complete=dir GoPath let $GOPATH = <q-args>

augroup vim-go
  autocmd!
  autocmd BufWritePre *.go if go#config#FmtAutosave() | call go#fmt#Format() | endif
augroup END
