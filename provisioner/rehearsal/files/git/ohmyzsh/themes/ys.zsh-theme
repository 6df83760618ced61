PROMPT='%n@%m %~ %# ' # a stand-in's ys
