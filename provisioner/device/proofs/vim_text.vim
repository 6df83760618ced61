" The files of the environment's FILES are opened as a person does it, and saved; how each was understood.
scriptencoding utf-8
set noundofile nobackup nowritebackup noswapfile viminfo=
for name in split($FILES)
  exe 'edit' name
  let right = getline(1) ==# '你好，世界' && getline(2) ==# '文件'
  set modified
  silent! write
  call writefile([name . '=' . right . ' ' . &fileencoding . ' ' . &encoding], $SEEN, 'a')
endfor
qa!
