# vi-mode, of the stand-in: empty
