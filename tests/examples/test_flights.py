"""examples/flights: what it computes, and what runs again after which change."""

from __future__ import annotations

import csv
import json
from collections import defaultdict

import pytest

AIRPORTS = ("EWR", "JFK", "LGA")


def each(stage: str) -> set[str]:
    return {f"{stage}@{airport}" for airport in AIRPORTS}


STAGES = {
    *("clean_flights", "clean_weather", "report", "carriers", "daily"),
    *(each("departures") | each("punctuality") | each("hourly")),
}


def rows(example, path):
    with (example.root / path).open() as stream:
        return list(csv.DictReader(stream))


def test_fourteen_stages_run_at_first_and_none_when_nothing_changed(untouched):
    assert untouched.ran() == STAGES
    assert len(STAGES) == 14
    assert set(untouched.run().values()) == {"unchanged"}


def test_the_report_is_what_counting_by_hand_gives(finished):
    expected = {}
    flights = rows(finished, "data/flights.csv")
    for airport in (None, *AIRPORTS):
        here = [f for f in flights if airport in (None, f["origin"])]
        late = sum(bool(f["dep_delay"]) and int(f["dep_delay"]) > 15 for f in here)
        cancelled = sum(not f["dep_delay"] for f in here)
        expected[airport or "all"] = {
            "flights": len(here),
            "late": round(late / len(here), 4),
            "cancelled": round(cancelled / len(here), 4),
        }
    assert json.loads((finished.root / "report.json").read_text()) == expected
    assert expected["all"]["flights"] == 12340


def test_every_airline_is_in_the_league_with_its_name(finished):
    names = {r["carrier"]: r["name"] for r in rows(finished, "data/airlines.csv")}
    counted = defaultdict(int)
    for flight in rows(finished, "data/flights.csv"):
        counted[flight["carrier"]] += 1
    league = [
        (r["carrier"], r["name"], int(r["flights"])) for r in rows(finished, "build/carriers.csv")
    ]
    ranked = sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))
    assert league == [(carrier, names[carrier], flights) for carrier, flights in ranked]


def test_the_plot_shows_the_blizzard(finished):
    cancelled = defaultdict(int)
    for flight in rows(finished, "data/flights.csv"):
        cancelled[flight["origin"], flight["day"]] += not flight["dep_delay"]
    series = rows(finished, "build/daily.csv")
    assert {(r["airport"], r["day"]): int(r["cancelled"]) for r in series} == cancelled
    worst = sorted(series, key=lambda r: int(r["cancelled"]))[-6:]
    assert {r["day"] for r in worst} == {"8", "9"}


def test_weather_is_metric_and_of_the_right_airport_and_hour(finished):
    weather = {(r["origin"], r["day"], r["hour"]): r for r in rows(finished, "data/weather.csv")}
    for hour in rows(finished, "build/JFK/hourly.csv"):
        measured = weather["JFK", hour["day"], hour["hour"]]
        celsius = (float(measured["temp"]) - 32) / 1.8
        assert float(hour["celsius"]) == pytest.approx(celsius, abs=0.051)


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        pytest.param(
            "delays.py",
            '["dep_delay"] > after_minutes',
            '["dep_delay"] > 2 * after_minutes',
            each("punctuality") | {"report", "carriers"},
            id="is_late",
        ),
        pytest.param(
            "delays.py", ".round(2))", ".round(1))", each("hourly") | {"daily"}, id="by_hour"
        ),
        pytest.param(
            "tables.py",
            '["wind_speed"] * 1.609344',
            '["wind_speed"] * 1.6',
            {"clean_weather", "daily"} | each("hourly"),
            id="weather",
        ),
        pytest.param(
            "tables.py", 'kind="stable"', 'kind="mergesort"', {"clean_flights"}, id="same-result"
        ),
        pytest.param(
            "data/airlines.csv",
            "Hawaiian Airlines Inc.",
            "Hawaiian Airlines",
            each("punctuality") | {"carriers", "report"},
            id="airline",
        ),
    ],
)
def test_a_change_runs_what_it_affects(example, file, old, new, expected):
    example.edit(file, old, new)
    assert example.ran() == expected


def test_a_parameter_of_one_airport_runs_its_branch_alone(example):
    (example.root / "params.yaml").write_text("punctuality@JFK: {late_after_minutes: 20}\n")
    assert example.ran() == {"punctuality@JFK", "report", "carriers"}


def test_a_glob_runs_what_it_names_and_what_that_needs(untouched):
    needed = {"clean_flights"} | each("departures")
    assert untouched.ran("punctuality@*") == needed | each("punctuality")


def test_the_branches_meet_in_the_report(finished):
    graph = finished.pivot("dag", "--mermaid")
    assert graph.startswith("flowchart")
    assert all(f"punctuality@{airport}" in graph for airport in AIRPORTS)
