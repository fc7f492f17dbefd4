"""The pages, in the order of the navigation: one line each."""

from app.pages.explore import PAGE as EXPLORE

PAGES = (EXPLORE,)
