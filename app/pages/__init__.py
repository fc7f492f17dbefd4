"""The pages, in the order of the navigation: one line each.

A page is a module with PATH, TITLE, `layout(explorer)` and `register_callbacks(app, explorer)`.
"""

from app.pages import compare, decide, evidence, explore, model

PAGES = (explore, compare, decide, evidence, model)
