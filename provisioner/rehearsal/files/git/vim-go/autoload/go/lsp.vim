" A small client of gopls, over Vim's own channel for language servers.
function! s:Start(folder) abort
  let s:opened = {}
  let s:job = job_start(['gopls'], {'in_mode': 'lsp', 'out_mode': 'lsp', 'noblock': 1, 'cwd': a:folder})
  let l:params = {'processId': getpid(), 'rootUri': 'file://' .. a:folder, 'capabilities': {}}
  call ch_evalexpr(s:job, {'method': 'initialize', 'params': l:params}, {'timeout': 60000})
  call ch_sendexpr(s:job, {'method': 'initialized', 'params': {}})
endfunction

" What gopls answers about the place of the cursor; it is told the buffer first.
function! go#lsp#Ask(method, character) abort
  if !executable('gopls') || !exists('*ch_evalexpr')
    return v:null
  endif
  if !exists('s:job') || job_status(s:job) !=# 'run'
    call s:Start(expand('%:p:h'))
  endif
  let l:uri = 'file://' .. expand('%:p')
  let l:text = join(getline(1, '$') + [''], "\n")
  let s:opened[l:uri] = get(s:opened, l:uri) + 1
  if s:opened[l:uri] == 1
    let l:document = {'uri': l:uri, 'languageId': 'go', 'version': 1, 'text': l:text}
    call ch_sendexpr(s:job, {'method': 'textDocument/didOpen', 'params': {'textDocument': l:document}})
  else
    let l:document = {'uri': l:uri, 'version': s:opened[l:uri]}
    let l:params = {'textDocument': l:document, 'contentChanges': [{'text': l:text}]}
    call ch_sendexpr(s:job, {'method': 'textDocument/didChange', 'params': l:params})
  endif
  let l:place = {'line': line('.') - 1, 'character': a:character}
  let l:params = {'textDocument': {'uri': l:uri}, 'position': l:place}
  let l:answer = ch_evalexpr(s:job, {'method': 'textDocument/' .. a:method, 'params': l:params}, {'timeout': 60000})
  return type(l:answer) == v:t_dict ? get(l:answer, 'result', v:null) : v:null
endfunction
