"""How grades and qualities are written."""

from django import template

from shucheng.bays.data.queries import grading_words

register = template.Library()
register.filter("grade_name", grading_words.grade_name)
