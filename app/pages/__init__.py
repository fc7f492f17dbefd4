"""The pages, in the order of the navigation: one line each."""

from app.pages.compare import PAGE as COMPARE
from app.pages.decide import PAGE as DECIDE
from app.pages.draw import PAGE as DRAW
from app.pages.evidence import PAGE as EVIDENCE
from app.pages.explore import PAGE as EXPLORE
from app.pages.lesson import lesson_pages
from app.pages.model import PAGE as MODEL
from app.pages.patterns import PAGE as PATTERNS
from app.pages.quiz import PAGE as QUIZ
from app.pages.training import PAGE as TRAINING

_SHOWN = (EXPLORE, DRAW, COMPARE, DECIDE, EVIDENCE, PATTERNS, TRAINING, MODEL)
LESSON = lesson_pages({page.path: page for page in _SHOWN})
PAGES = (LESSON[0], *_SHOWN, QUIZ, *LESSON[1:])
