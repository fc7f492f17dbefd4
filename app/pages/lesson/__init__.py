"""Lesson: six steps through the question, guess first, with panels that other pages lend."""

from collections.abc import Mapping
from typing import Any

from app.frame.page import Page
from app.pages.lesson import check, start, teacher, worksheet
from app.pages.lesson.step_page import step_page
from app.pages.lesson.steps import STEPS


def lesson_pages(guests: Mapping[str, Page[Any]]) -> tuple[Page[Any], ...]:
    """Make the pages of the lesson; the first stands in the navigation.

    `guests` are the pages that lend their panels, by their path.
    """
    steps = (step_page(step, guests[step.guest]) for step in STEPS)
    return (start.PAGE, *steps, check.PAGE, teacher.PAGE, worksheet.PAGE)
