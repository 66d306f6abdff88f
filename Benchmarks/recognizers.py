#!/usr/bin/env python3
"""Scores `thinnai nlu parse --cases FILE --json` against cases of Microsoft's Recognizers-Text (MIT).

    ./thinnai nlu parse --cases english_datetime.jsonl --json > found.jsonl
    Benchmarks/recognizers.py english_datetime.jsonl found.jsonl [--misses TYPE] [--models]

How a value is mapped onto `Resolution.values` of a `...Model` case or `Future/PastResolution` of a `...Parser` case:

    ours                                          theirs
    date      {"date": D}                         value D
    time      {"time": HH:MM:SS}                  value HH:MM:SS
    datetime  {"datetime": DTHH:MM:SS}            value "D HH:MM:SS"
    duration  {"duration": PnX, "seconds": n}     value "n"
    *range    {"start": …, "end": …}              start, end (both, or the only one where a range is open)
    set       {"timex": …, "rrule": …}            timex

Numbers, units, addresses and answers have one value and are right when text and value are both theirs, and nothing more
is found; by model:

    NumberModel            number {"value": V}                      V
    NumberRangeModel       numberrange {"low", "high", "includes_…"} "[low,high)"; between two numbers theirs leaves the
                           end out, except in its experimental mode
    OrdinalModel           ordinal {"value": V}; without what is counted from the end or from here, where suppressed
    PercentModel           percentage {"value": V}                  "V%"; in percent mode also fractions before "of"
    CurrencyModel          currency {"value", "unit"}               value and unit
    Dimension/Temperature  dimension, temperature {"value", "unit"}; a few units have longer names here
    AgeModel               age {"value", "unit"}
    BooleanModel           boolean {"value"}: the first
    PhoneNumber, Email, URL, …   phonenumber, email, url, …: the text

Figures, by type: `span` the expected words and type found with exactly these ends; `value` found there (or overlapping
it) with one of the listed values, the past or the future one counting alike; `first` our first reading is one of them;
`loose` as `value` with a date for a datetime allowed. `...Extractor` cases have spans only. A row without results must
give nothing: `false fires`. "not resolved" (30 February) wants the span alone. A `datetimealt` is scored by its values.
"""
import collections
import json
import sys

KINDS = {"date", "time", "datetime", "daterange", "timerange", "datetimerange", "duration", "set"}
POINTS = {"date", "time", "datetime"}


def ours(entity):
    """Every reading of one of our entities as a comparable string."""
    def one(value):
        if "date" in value:
            return value["date"]
        if "time" in value:
            return value["time"]
        if "datetime" in value:
            return value["datetime"].replace("T", " ")
        if "seconds" in value:
            return str(value["seconds"])
        if entity["type"] == "set":
            return value.get("timex", "")
        if "start" in value or "end" in value:
            return (value.get("start", "") + ".." + value.get("end", "")).replace("T", " ")
        return "not resolved"
    return [one(value) for value in [entity["value"]] + entity.get("alternatives", [])]


def theirs(result):
    """The type and the listed values of one expected result; no values where the case has spans only."""
    kind = (result.get("TypeName") or result.get("Type") or "").replace("datetimeV2.", "")
    resolution = result.get("Resolution") or result.get("Value") or {}
    values = []
    for value in resolution.get("values") or []:
        if not value:
            continue
        if value.get("type") == "set":
            values.append(value.get("timex", ""))
        elif "value" in value:
            values.append(value["value"])
        elif "start" in value or "end" in value:
            values.append(value.get("start", "") + ".." + value.get("end", ""))
        if kind == "datetimealt":
            kind = value["type"]
    for side in ("FutureResolution", "PastResolution"):
        form = resolution.get(side) or {}
        if kind == "set":
            values.append(resolution.get("Timex", ""))
        elif len(form) == 1 and kind.endswith("range"):
            # A parser lists the one end of an open range by its name.
            name, value = next(iter(form.items()))
            values.append(value + ".." if name.startswith("start") else ".." + value)
        elif len(form) == 1:
            values.append(next(iter(form.values())))
        elif len(form) == 2:
            values.append("..".join(str(part) for part in form.values()))
    values = ["not resolved" if value.startswith("0001-01-01") else value for value in values]
    return kind, [value for value in values if value]


def component(spec):
    """The one type that an extractor or parser of a single component looks for; `None` for whole models."""
    name = spec.replace("Extractor", "").replace("Parser", "")
    types = {
        "Date": "date", "Time": "time", "DateTime": "datetime", "DatePeriod": "daterange", "TimePeriod": "timerange",
        "DateTimePeriod": "datetimerange", "Duration": "duration", "Set": "set", "Holiday": "date"}
    return types.get(name) if name != spec else None


AMOUNTS = tuple(
    name + "Model" for name in (
        "Number", "NumberRange", "Ordinal", "Percent", "Age", "Currency", "Dimension", "Temperature", "Boolean",
        "PhoneNumber", "Email", "URL", "IpAddress", "Hashtag", "Mention", "GUID"))
RENAMED = {"Pound of weight": "Pound", "Degree of arc": "Degree"}


def decimal(value):
    return "" if value is None else "%.15g" % float(value)


def amount(model, entity, text):
    """One of our entities as `(text, value[, unit])` in the terms of a model; `None` when the model has no such thing."""
    kind, value, words = entity["type"], entity["value"], entity["text"]
    if model.startswith("NumberModel"):
        return (words, value["value"]) if kind == "number" else None
    if model.startswith("NumberRangeModel"):
        if kind != "numberrange":
            return None
        is_half_open = value["form"] == "between" and "Experimental" not in model
        ends = ("[" if value["includes_low"] else "(", "]" if value["includes_high"] and not is_half_open else ")")
        return (words, f"{ends[0]}{decimal(value['low'])},{decimal(value['high'])}{ends[1]}")
    if model.startswith("OrdinalModel"):
        is_hidden = "Suppress" in model and value.get("relativeTo") != "start"
        return (words, value["value"]) if kind == "ordinal" and not is_hidden else None
    if model.startswith("PercentModel"):
        if kind == "percentage":
            return (words, "null" if value["value"] is None else decimal(value["value"]) + "%")
        behind = text[entity["span"]["end"]:]
        if model.endswith("PercentMode") and kind == "number" and value["form"] == "fraction" and behind.startswith(" of"):
            return (words + " of", decimal(float(value["value"]) * 100) + "%")
        return None
    if model in ("CurrencyModel", "DimensionModel", "TemperatureModel"):
        if kind != model[:-5].lower():
            return None
        return (words, value["value"], RENAMED.get(value["unit"], value["unit"]))
    if model == "AgeModel":
        return (words, value["value"], (value["unit"] or "age").capitalize()) if kind == "age" else None
    return (words, str(value["value"])) if kind == model.replace("Model", "").lower() else None


def is_same(ours, theirs):
    def plain(text):
        return " ".join(text.lower().split())
    if plain(ours[0]) != plain(theirs[0]) or len(theirs) > 2 and ours[2] != theirs[2]:
        return False
    if ours[1] is None or theirs[1] is None:
        return ours[1] == theirs[1]
    try:
        return abs(float(ours[1]) - float(theirs[1])) <= 1e-9 * max(1, abs(float(theirs[1])))
    except ValueError:
        return plain(str(ours[1])) == plain(str(theirs[1]))


def score_amounts(rows, found, lists_misses):
    """Whole rows right, by model, with the rows that must give nothing."""
    tally = collections.defaultdict(collections.Counter)
    for row in rows:
        model = row["id"].split("#")[0]
        got = [a for a in (amount(model, e, row["input"]) for e in found.get(row["id"], [])) if a]
        if model == "BooleanModel":
            got = got[:1]
        wanted = []
        for result in row["results"]:
            resolution = result["Resolution"]
            unit = (resolution["unit"],) if "unit" in resolution else ()
            wanted.append((result["Text"], resolution.get("value")) + unit)
        left = list(got)
        for target in wanted:
            hit = next((mine for mine in left if is_same(mine, target)), None)
            if hit:
                left.remove(hit)
        is_right = not left and len(got) == len(wanted)
        score = tally[model]
        score["rows"] += 1
        score["right"] += is_right
        score["silent"] += not wanted
        score["fired"] += bool(got) and not wanted
        if lists_misses and not is_right:
            print(f"{row['id']} {row['input']!r}\n    want {wanted}\n    got  {got}")
    for model, score in tally.items():
        print(
            f"{model:36} {score['rows']:5} rows  right {100 * score['right'] / score['rows']:5.1f} %"
            f"   must not fire {score['silent']:3} rows, {score['fired']} fire")


def main():
    options = [word for word in sys.argv[1:] if word.startswith("--")]
    files = [word for word in sys.argv[1:] if not word.startswith("--")]
    wanted = files[2:] if "--misses" in options else []
    rows = [json.loads(line) for line in open(files[0], encoding="utf-8")]
    found = {row["id"]: row["entities"] for row in map(json.loads, open(files[1], encoding="utf-8"))}
    if any(row["id"].startswith(AMOUNTS) for row in rows):
        score_amounts(rows, found, "--misses" in options)
        return
    tally = collections.defaultdict(collections.Counter)
    clean = collections.Counter()
    for row in rows:
        spec = row["id"].split("#")[0]
        if "--models" in options and "Model" not in spec:
            continue
        entities = [entity for entity in found.get(row["id"], []) if entity["type"] in KINDS]
        if component(spec) and not row["results"]:
            entities = [entity for entity in entities if entity["type"] == component(spec)]
        if not row["results"]:
            clean["rows"] += 1
            clean["fired"] += bool(entities)
            if entities and "none" in wanted:
                print("fires:", row["id"], row["input"], [(e["type"], e["text"]) for e in entities])
            continue
        used = set()
        for result in row["results"]:
            kind, values = theirs(result)
            if kind not in KINDS:
                continue
            start = result.get("Start", 0)
            end = result["End"] + 1 if "End" in result else start + result.get("Length", 0)
            score = tally[kind]
            score["targets"] += 1
            exact = [e for e in entities if e["span"]["start"] == start and e["span"]["end"] == end]
            near = exact or [e for e in entities if e["span"]["start"] < end and e["span"]["end"] > start]
            used.update(id(e) for e in near)
            score["span"] += bool(exact)
            hit = first = None
            if values:
                score["valued"] += 1
                hit = any(value in values or values == ["not resolved"] for e in near for value in ours(e))
                first = any(ours(e)[0] in values or values == ["not resolved"] for e in near)
                score["value"] += hit
                score["first"] += first
            if kind in wanted or "all" in wanted:
                if hit is False or (hit is None and not exact) or (hit and not exact and "--spans" in options):
                    got = [(e["type"], e["text"], ours(e)[:3]) for e in entities]
                    print(f"{row['id']} [{row.get('ref', '')[:16]}] {row['input']!r}\n    want {kind} <{result['Text']}> {values}\n    got  {got}")
        clean["extra"] += sum(1 for e in entities if id(e) not in used)
    groups = {
        "points": POINTS, "ranges and durations": {"daterange", "timerange", "datetimerange", "duration"}, "set": {"set"}}
    for name, kinds in list(groups.items()) + [(kind, {kind}) for kind in sorted(KINDS)]:
        total = collections.Counter()
        for kind in kinds:
            total.update(tally[kind])
        if total["targets"]:
            valued = max(1, total["valued"])
            print(
                f"{name:22} {total['targets']:5} targets  span {100 * total['span'] / total['targets']:5.1f} %"
                f"   of {total['valued']:4} with values: right {100 * total['value'] / valued:5.1f} %,"
                f" right first {100 * total['first'] / valued:5.1f} %")
    print(f"{'must not fire':22} {clean['rows']:5} rows, {clean['fired']} fire"
          f" ({100 * clean['fired'] / max(1, clean['rows']):.1f} %); {clean['extra']} extra entities on other rows")


if __name__ == "__main__":
    main()
