"""Audits of drawn charts: draw, judge, report."""
