"""The proof-reader: every numeric fault is found, no sound split is flagged, in whatever wording."""

import json
from pathlib import Path

import pytest

from apps.reports.proofreading import check
from tests import wordings
from tests.wordings import NUMBERS, WORDINGS, Part, Split

PUBLISHED = json.loads((Path(__file__).parent / "published_figures.json").read_text())


def found(text, figures=None):
    """[(rule, printed)] of the findings of a text, in order of rule and number."""
    return sorted((one.rule, one.printed) for one in check(text, figures).findings)


def said(text, wanted):
    """The text and what was told of it, for the message of a failing test."""
    told = [(one.rule, one.printed, one.expected, one.suggestion) for one in check(text).findings]
    return f"\n{text}\nwanted {wanted}\nfound  {told}"


# --- published figures, in many wordings

SPLITS = [(record["id"], group) for record in PUBLISHED for group in record["groups"]]


def labels_of(group, style):
    """What the parts of a published split are called: `style` picks among the ways to say it."""
    found = []
    for place, (label, _, _) in enumerate(group["items"]):
        names = (
            wordings.RESULTS.get(label[-1:] if "办理结果" in group["name"] else "")
            or (wordings.RATINGS.get(label) if "满意度" in group["name"] else None)
            or (wordings.PROPOSERS.get(label) if group["name"] in ("提案者", "收到") else None)
            or (wordings.KINDS.get(label) if group["name"] == "收到" else None)
        )
        if names is None and group["name"] == "类别":
            names = (f"{wordings.THEMES[place]}类", f"涉及{wordings.THEMES[place]}方面的", f"有关{wordings.THEMES[place]}的")
        if names is None:
            names = (label,)
        found.append(names[style % len(names)])
    return found


def split_of(group, style):
    labels = labels_of(group, style)
    parts = [Part(name, n, pct) for name, (_, n, pct) in zip(labels, group["items"], strict=True) if n]
    rated = "满意度" in group["name"] or "反馈" in group["name"]
    return Split(
        base=group["base"],
        parts=tuple(parts),
        by={"办理结果": "办理结果", "类别": "内容", "提案者": "提案者"}.get(group["name"], "情况"),
        whole="回执总数" if rated else "总数",
        unit="份" if rated else "件",
        subject="回执" if rated else "提案",
    )


def printed_faults(group):
    return sorted(tuple(fault) for fault in group["faults"])


@pytest.mark.parametrize("wording", WORDINGS, ids=lambda wording: wording.__name__)
@pytest.mark.parametrize(("record", "group"), [one for one in SPLITS if one[1]["complete"]],
                         ids=[f"{record}-{group['name']}" for record, group in SPLITS if group["complete"]])
def test_published_splits_give_their_faults_and_no_others(record, group, wording):
    for style in range(5):
        for number in NUMBERS.values():
            text = wording(split_of(group, style), number)
            assert found(text) == printed_faults(group), said(text, printed_faults(group))
