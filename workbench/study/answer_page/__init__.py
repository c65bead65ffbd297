"""The one page that a lever study ends in: figures, table and facts, from its answer.

Sentence, figures (`charts`), table (`table`) and facts (`facts`) are pieces of their own; `page`
puts them together. All of it is values that `workbench.figures` draws, the window shows, and HTML
and PDF are made of.
"""
