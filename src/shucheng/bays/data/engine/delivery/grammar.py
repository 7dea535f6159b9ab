"""The SQL of the sandbox as a list of what is allowed. What is not here is refused.

Each part of a statement (sqlglot's classes) stands with the arguments it may have, so that an
option of a later sqlglot or DuckDB is refused until somebody has looked at it. Left out on purpose:
- functions that read a file, a setting, the catalogue, or text as SQL;
- what makes much of little: repeat, range, unnest, lists, padding, replace, recursion;
- regular expressions; random numbers and the clock, which make an answer that cannot be repeated.
"""

from collections.abc import Mapping

from sqlglot import exp
from sqlglot.expressions import Expression

PARTS: Mapping[type[Expression], str] = {
    exp.Select: "expressions from_ joins where group having order qualify limit offset "
    "distinct with_",
    exp.Qualify: "this",
    exp.Subquery: "this alias",
    exp.Union: "this expression distinct order limit offset with_",
    exp.Intersect: "this expression distinct order limit offset with_",
    exp.Except: "this expression distinct order limit offset with_",
    exp.With: "expressions",
    exp.CTE: "this alias",
    exp.From: "this",
    exp.Join: "this side kind on using",
    exp.Table: "this alias",
    exp.TableAlias: "this columns",
    exp.Column: "this table",
    exp.Identifier: "this quoted",
    exp.Star: "",
    exp.Alias: "this alias",
    exp.Where: "this",
    exp.Group: "expressions",
    exp.Having: "this",
    exp.Order: "expressions",
    exp.Ordered: "this desc nulls_first",
    exp.Limit: "expression",
    exp.Offset: "expression",
    exp.Distinct: "expressions",
    exp.Paren: "this",
    exp.Tuple: "expressions",
    exp.Literal: "this is_string",
    exp.Null: "",
    exp.Boolean: "this",
    exp.Case: "this ifs default",
    exp.If: "this true false",
    exp.In: "this expressions query",
    exp.Exists: "this",
    exp.Between: "this low high",
    exp.Is: "this expression",
    exp.Like: "this expression",
    exp.ILike: "this expression",
    exp.Cast: "this to",
    exp.TryCast: "this to requires_string",
    exp.DataType: "this expressions nested",
    exp.DataTypeParam: "this",
    exp.Interval: "this unit",
    exp.Var: "this",
    exp.Window: "this partition_by order over",
    exp.Filter: "this expression",
    **dict.fromkeys((exp.And, exp.Or, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT), "this expression"),
    **dict.fromkeys((exp.LTE, exp.Add, exp.Sub, exp.Mul, exp.Mod), "this expression"),
    exp.IntDiv: "this expression",
    exp.Div: "this expression typed safe",
    exp.DPipe: "this expression safe",
    **dict.fromkeys((exp.Not, exp.Neg), "this"),
}

FUNCTIONS: Mapping[type[Expression], str] = {
    exp.Count: "this big_int",
    **dict.fromkeys((exp.Sum, exp.Avg, exp.Stddev, exp.StddevSamp, exp.StddevPop), "this"),
    **dict.fromkeys((exp.Variance, exp.VariancePop), "this"),
    **dict.fromkeys((exp.Min, exp.Max, exp.Median, exp.Abs, exp.Floor, exp.Ceil), "this"),
    exp.Corr: "this expression",
    exp.PercentileCont: "this expression",
    exp.Round: "this decimals",
    exp.Coalesce: "this expressions",
    exp.Nullif: "this expression",
    exp.Greatest: "this expressions ignore_nulls",
    exp.Least: "this expressions ignore_nulls",
    exp.Lower: "this",
    exp.Upper: "this",
    exp.Length: "this",
    exp.Left: "this expression",
    exp.Right: "this expression",
    exp.Substring: "this start length",
    exp.Trim: "this",
    exp.Concat: "expressions safe coalesce",
    exp.Year: "this",
    exp.Quarter: "this",
    exp.Month: "this",
    exp.Day: "this",
    exp.Extract: "this expression",
    exp.DateTrunc: "this unit",
    exp.TimestampTrunc: "this unit",
    exp.DateDiff: "this expression unit date_part_boundary",
    exp.RowNumber: "",
    exp.Rank: "",
    exp.DenseRank: "",
    exp.Lag: "this offset default",
    exp.Lead: "this offset default",
}

ALLOWED = {**PARTS, **FUNCTIONS}
UNITS = frozenset({"DAY", "WEEK", "MONTH", "QUARTER", "YEAR", "HOUR", "MINUTE", "SECOND"})
JOINS = frozenset({"", "INNER", "CROSS", "OUTER"})
TYPES = frozenset(
    {"BOOLEAN", "TINYINT", "SMALLINT", "INT", "BIGINT", "FLOAT", "DOUBLE", "DECIMAL", "TEXT"}
    | {"VARCHAR", "DATE", "TIMESTAMP"}
)

# Where only aggregates leave (`groups`).
SIZES = (exp.Count, exp.Sum, exp.Avg)
ARITHMETIC = (exp.Add, exp.Sub, exp.Div, exp.Round, exp.Paren, exp.Neg)
COMPARISONS = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE)
PARTS_OF_DATES = (exp.Year, exp.Quarter, exp.Month, exp.Day, exp.DateTrunc, exp.TimestampTrunc)
PARTS_OF_TEXTS = (exp.Lower, exp.Upper, exp.Length, exp.Left, exp.Substring)
