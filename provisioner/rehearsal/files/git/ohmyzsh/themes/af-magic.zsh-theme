PROMPT='%n@%m %~ %# ' # a stand-in's af-magic
