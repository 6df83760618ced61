" The commands of a Go buffer.
command! -nargs=* -bang GoBuild call go#cmd#Run('build', <f-args>)
command! -nargs=* -bang GoTest call go#cmd#Run('test', <f-args>)
command! -nargs=* -bang GoRun call go#cmd#Run('run', <f-args>)
command! -nargs=* -bang GoInstall call go#cmd#Run('install', <f-args>)
command! -nargs=* -bang GoVet call go#cmd#Run('vet', <f-args>)
command! -nargs=0 GoFmt call go#fmt#Format()
command! -nargs=0 GoImports call go#fmt#Format()
command! -nargs=* -range GoDef call go#def#Jump()
command! -nargs=* -range GoDoc echo system('go doc ' .. <q-args>)
command! -nargs=? GoRename echo 'vim-go: the stand-in has no gopls client'
command! -nargs=0 GoInfo echo 'vim-go: the stand-in has no gopls client'
