" The settings, each with its default.
function! go#config#VersionWarning() abort
  return get(g:, 'go_version_warning', 1)
endfunction
function! go#config#FmtAutosave() abort
  return get(g:, 'go_fmt_autosave', 1)
endfunction
function! go#config#FmtCommand() abort
  return get(g:, 'go_fmt_command', 'gopls')
endfunction
function! go#config#DefMode() abort
  return get(g:, 'go_def_mode', 'gopls')
endfunction
function! go#config#InfoMode() abort
  return get(g:, 'go_info_mode', 'gopls')
endfunction
function! go#config#ImportsMode() abort
  return get(g:, 'go_imports_mode', 'gopls')
endfunction
function! go#config#BinPath() abort
  return get(g:, 'go_bin_path', '')
endfunction
function! go#config#CodeCompletionEnabled() abort
  return get(g:, 'go_code_completion_enabled', 1)
endfunction
