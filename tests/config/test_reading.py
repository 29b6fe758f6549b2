"""A wrong configuration is refused with file, line, key, value and rule; every mistake is found."""

from __future__ import annotations

from pathlib import Path

import pytest

from csmdesk.config.reading import Problem, examine, read_settings
from csmdesk.domain.errors import BadInput
from csmdesk.domain.settings import Settings
from csmdesk.jobs.settings import engine_problems

STEPS = 'steps = [{ title = "Call" }]\n'


def problems(folder: Path, text: str) -> list[Problem]:
    path = folder / "workspace.toml"
    path.write_text(text, encoding="utf-8")
    return list(examine(path, engine_problems)[1])


WRONG = [
    ("demo_seed = 1.5", 1, "demo_seed", "1.5", "a whole number"),
    ('demo_seed = "7"', 1, "demo_seed", "'7'", "a whole number"),
    ("name = 5", 1, "name", "5", "a text"),
    ("demo = 1", 1, "demo", "1", "true or false"),
    ("tiers = 5", 1, "tiers", "5", "a list of texts"),
    ("\nnonsense = 5", 2, "nonsense", "not a known key", "one of alerts, demo, "),
    ("money = 5", 1, "money", "5", "a table"),
    ("models = 5", 1, "models", "5", "a list of tables"),
    ("rules = 5", 1, "rules", "5", "a table"),
    ("segments = [5]", 1, "segments[0]", "5", "a table"),
    ("[schedule]\nhuor = 5", 2, "schedule.huor", "not a known key", "one of hour, minute, weekdays"),
    ("[[segments]]\ntier = []", 1, "segments[0].name", "missing", "a text"),
    ('[statuses]\n\nodd = "Strange"', 3, "statuses.odd", "“Strange”", "one of Not counted, Past due"),
    ("demo_customers = 0", 1, "demo_customers", "0", "from 1 to"),
    ("demo_seed = -1", 1, "demo_seed", "-1", "0 or more"),
    ('time_zone = "Mars"', 1, "time_zone", "“Mars”", "the name of a time zone"),
    ('time_zone = "../etc"', 1, "time_zone", "“../etc”", "the name of a time zone"),
    ('tiers = ["T1",\n "T1"]', 2, "tiers[1]", "“T1” again", "different"),
    ('[[sources]]\nsystem = "fax"', 2, "sources[0].system", "“fax”", "one of hubspot"),
    ('[[sources]]\nsystem = "stripe"\nbase_url = "ftp://x"', 3, "sources[0].base_url", "“ftp", "https"),
    ('[money]\nreporting_currency = "usd"', 2, "money.reporting_currency", "“usd”", "ISO 4217"),
    ('[money]\nreporting_currency = "XYZ"', 2, "money.reporting_currency", "“XYZ”", "ISO 4217"),
    ('[money]\noverdue_floor = "much"', 2, "money.overdue_floor", "“much”", "an amount"),
    ('[money]\noverdue_floor = "-1"', 2, "money.overdue_floor", "“-1”", "from 0 up"),
    ('[money]\noverdue_floor = "0.001"', 2, "money.overdue_floor", "“0.001”", "an amount"),
    ("[renewals]\nmin_term_months = -1", 2, "renewals.min_term_months", "-1", "from 0 to 120"),
    ("[schedule]\nhour = 24", 2, "schedule.hour", "24", "from 0 to 23"),
    ("[schedule]\nminute = 60", 2, "schedule.minute", "60", "from 0 to 59"),
    ("[schedule]\nweekdays = []", 2, "schedule.weekdays", "[]", "at least one"),
    ("[schedule]\nweekdays = [1, 1]", 2, "schedule.weekdays", "[1, 1]", "different days"),
    ("[schedule]\nweekdays = [7]", 2, "schedule.weekdays", "[7]", "from 0"),
    ("[[models]]\nversion = 0", 2, "models[0].version", "0", "1 or more"),
    ('[[models]]\n[[models]]\nname = "B"', 1, "models[0].segment", "empty", "only the last"),
    ('[[models]]\nsegment = "x"', 2, "models[0].segment", "x", "the name of a segment"),
    ("[[models]]\ngood_above = 20", 1, "models[0].poor_below", "30 (and", "0 ≤ poor_below"),
    ("[models]\n", 1, "models", "{}", "a list of tables"),
    ("[[models]]\nfactors.nps.weight = 8", 2, "models[0].factors", "(sum 101)", "exactly 100"),
    ("[[models]]\nfactors.nps.weight = -1", 2, "models[0].factors.nps.weight", "-1", "0 to 100"),
    ("[[models]]\nfactors.luck.weight = 1", 2, "models[0].factors.luck", "no factor", "last_login"),
    ("[[models]]\nfactors.nps.curve = [[1, 1]]", 2, "models[0].factors.nps.curve", "1 anch", "2 to 5"),
    ("[[models]]\nfactors.nps.curve = [[1, 1], [1, 2]]", 2, "models[0].factors.nps.curve", "1.0, 1.0",
     "strictly increasing"),
    ('[[models]]\nfactors.nps.missing = "?"', 2, "models[0].factors.nps.missing", "?", "neutral"),
    ("[rules.no_login]\nlow_days = -1", 2, "rules.no_login.low_days", "-1", "a number from 0 up"),
    ("[rules.no_login]\nlow_days = inf", 2, "rules.no_login.low_days", "inf", "a number from 0 up"),
    ("[rules.no_login]\nlowdays = 1", 2, "rules.no_login.lowdays", "no threshold", "low_days"),
    ("[rules.nologin]\nx = 1", 1, "rules.nologin", "no rule", "no_login"),
    ("[rules.nologin]", 1, "rules.nologin", "no rule", "no_login"),
    ("[alerts.growth]\nopens_percent = -1", 2, "alerts.growth.opens_percent", "-1", "from 0 up"),
    ("[alerts.growth]\nx = 1", 2, "alerts.growth.x", "no threshold", "least_users"),
    ("[alerts.grow]\nx = 1\ny = 2", 1, "alerts.grow", "no alert", "growth"),
    ('[[segments]]\nname = "A"\n[[segments]]\nname = "A"', 4, "segments[1].name", "“A” again", "diff"),
    ('[[segments]]\nname = " "', 2, "segments[0].name", "empty", "a text"),
    ('[[segments]]\nname = "A"\nband = ["bad"]', 3, "segments[0].band[0]", "“bad”", "one of poor"),
    ('[features]\nkey = ["a", "a"]', 2, "features.key[1]", "“a” again", "different"),
    ('[features.modules]\nA = ["x"]\nB = ["x"]', 3, "features.modules.B", "“x”", "one module only"),
    ('[features.products]\nP = ["m", "m"]', 2, "features.products.P[1]", "“m” again", "different"),
    ('[[playbooks]]\nname = "P"', 1, "playbooks[0].steps", "empty", "at least one step"),
    ('[[playbooks]]\nname = "P"\nsteps = [{ title = "" }]', 3, "playbooks[0].steps[0].title", "empty",
     "a text"),
    ('[[playbooks]]\nname = "P"\nsteps = [{ title = "a", day = -1 }]', 3, "playbooks[0].steps[0].day",
     "-1", "from 0"),
    (f'[[playbooks]]\nname = "P"\n{STEPS}[[playbooks]]\nname = "P"\n{STEPS}', 5, "playbooks[1].name",
     "“P” again", "different"),
    (f'[[playbooks]]\nname = "P"\n{STEPS}enrol_on.rule = "x"', 4, "playbooks[0].enrol_on.rule", "“x”",
     "one of renewal_due"),
    (f'[[playbooks]]\nname = "P"\n{STEPS}enrol_on = {{ rule = "no_login", severity = "Big" }}', 4,
     "playbooks[0].enrol_on.severity", "“Big”", "one of Low, Medium, High"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "line", "key", "value", "rule"), WRONG)
def test_one_mistake(tmp_path: Path, text: str, line: int, key: str, value: str, rule: str) -> None:
    found = problems(tmp_path, text)
    assert [one.key for one in found] == [key]
    assert found[0].line == line
    assert value in found[0].value
    assert rule in found[0].rule
    assert found[0].sentence().startswith(f"{tmp_path / 'workspace.toml'}, line {line}: ")


def test_every_mistake_is_found_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = "demo_seed = -1\n[money]\nreporting_currency = 'xx'\n[rules.no_login]\na = 1\nb = 2\n"
    assert [(one.line, one.key) for one in problems(tmp_path, text)] == [
        (1, "demo_seed"),
        (3, "money.reporting_currency"),
        (5, "rules.no_login.a"),
        (6, "rules.no_login.b"),
    ]


def test_the_refusal_counts_the_others(tmp_path: Path) -> None:
    path = tmp_path / "workspace.toml"
    path.write_text('name = 5\nuser = 6\ntime_zone = "x"\n')
    with pytest.raises(BadInput, match=r"line 1: name is 5; .*1 more"):
        read_settings(path)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "workspace.toml"
    path.write_bytes(b"name = '\xff'")
    with pytest.raises(BadInput, match="not valid TOML"):
        read_settings(path)


def test_the_defaults_break_no_rule(tmp_path: Path) -> None:
    assert problems(tmp_path, "") == []
    assert list(engine_problems(Settings())) == []
