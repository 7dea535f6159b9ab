"""The part of `monitoring.py` that runs over PostgreSQL, in a process of its own; prints JSON."""

import json
import os
import sys
from pathlib import Path

sys.path[:1] = [str(Path(__file__).parents[2])]

PANEL = """CREATE TEMP VIEW panel AS SELECT m.code AS metric, a.code AS area,
    o.dimension_key AS dimension, y AS year, y * 2 + (mo - 1) / 6 AS half,
    y * 4 + (mo - 1) / 3 AS quarter, y * 12 + mo - 1 AS month, o.value
  FROM observations_observation o
  JOIN observations_metricversion v ON v.id = o.metric_version_id
  JOIN observations_metric m ON m.id = v.metric_id JOIN identity_area a ON a.id = o.area_id,
  LATERAL (SELECT EXTRACT(YEAR FROM o.period_end)::int AS y,
    EXTRACT(MONTH FROM o.period_end)::int AS mo) AS p
  WHERE o.organisation_id IS NULL AND NOT EXISTS
    (SELECT 1 FROM observations_observation l WHERE l.supersedes_id = o.id)"""
AREAS = """CREATE TEMP VIEW areas AS SELECT a.code AS area, COALESCE(p.code, '') AS parent
  FROM identity_area a LEFT JOIN identity_area p ON p.id = a.parent_id"""


def main() -> None:
    import django

    django.setup()
    import monitoring
    from benchmarks.made.observations import FIRST, Size, load, prepare
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection

    from shucheng.kernel.public import system_actor
    from shucheng.plan.actions.values import recompute_all
    from shucheng.plan.formula.sql import compile_sql
    from shucheng.plan.models import Binding
    from shucheng.plan.queries.computed import metric_facts, metrics_of, proven

    size = Size(200, 12, 4) if os.environ["QUICK"] else Size(200, 60, 8)
    call_command("migrate", verbosity=0)
    load(connection, size, prepare(size))
    bindings = list(Binding.objects.all())
    facts = metric_facts({code for each in bindings for code in metrics_of(each.formula)})
    with connection.cursor() as cursor:
        cursor.execute("SELECT SUM(value) FROM observations_observation")
        scan, _ = monitoring.timed(
            lambda: cursor.execute("SELECT SUM(value) FROM observations_observation")
        )
        cursor.execute(PANEL)
        cursor.execute(AREAS)

        def in_sql() -> None:
            for binding in bindings:
                formula = proven(binding, facts)
                assert formula
                query = compile_sql(
                    formula, first_year=FIRST.year, city="900000", dialect="postgres"
                )
                cursor.execute(query.replace("%", "%%") if "%" in query else query)
                cursor.fetchall()

        sql, _ = monitoring.timed(in_sql)
    settings.ENGINE_APART_FROM = 0
    whole, _ = monitoring.timed(lambda: recompute_all(actor=system_actor("cli")))
    settings.ENGINE_APART_FROM = 200_000
    follow, _cockpit = monitoring.submissions(size)
    print(json.dumps({"scan": scan, "sql": sql, "whole": whole, "follow": follow}))


if __name__ == "__main__":
    main()
