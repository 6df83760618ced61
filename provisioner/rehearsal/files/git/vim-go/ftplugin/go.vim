if exists('b:did_ftplugin')
  finish
endif
let b:did_ftplugin = 1
setlocal formatoptions-=t comments=s1:/*,mb:*,ex:*/,:// commentstring=//\ %s noexpandtab
if go#config#CodeCompletionEnabled()
  setlocal omnifunc=go#complete#Complete
endif
