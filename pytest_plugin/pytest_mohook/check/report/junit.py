"""A verdict as JUnit XML, for what shows tests in a CI."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from pytest_mohook.check.model import Check, Result, Status
from pytest_mohook.check.verdict import Ending, Verdict

__all__ = ["junit_xml"]

_SKIPPED = (Status.NOT_CHECKED, Status.NOT_APPLICABLE)
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit_xml(verdict: Verdict) -> bytes:
    """Return a document with one test case a check: what was not checked is skipped."""
    gone = verdict.ending is Ending.GONE
    counts = {
        "tests": len(verdict.checks) + gone,
        "failures": len(verdict.failed),
        "errors": int(gone),
        "skipped": sum(len(verdict.of(each)) for each in _SKIPPED) + len(verdict.not_run),
    }
    numbers = {name: str(count) for name, count in counts.items()}
    numbers["time"] = f"{verdict.seconds:.3f}"
    root = ET.Element("testsuites", numbers)
    named = {"name": f"mohook check {verdict.provider}"}
    named["timestamp"] = verdict.began.isoformat(timespec="seconds")
    suite = ET.SubElement(root, "testsuite", named | numbers)
    properties = ET.SubElement(suite, "properties")
    told = {"mohook": verdict.version, "url": verdict.url, "seed": str(verdict.seed)}
    for name, value in told.items():
        ET.SubElement(properties, "property", name=name, value=_clean(value))
    for result in verdict.results:
        _add(suite, result)
    for check in verdict.not_run:
        ET.SubElement(_case(suite, check), "skipped", message=f"not run: {verdict.ending}")
    if gone:
        name = f"mohook.{verdict.provider}"
        case = ET.SubElement(suite, "testcase", classname=name, name="receiver", time="0.000")
        error = ET.SubElement(case, "error", message="the receiver listens no more")
        error.text = _clean(verdict.last)
    document: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return document


def _add(suite: ET.Element, result: Result) -> None:
    case = _case(suite, result.check, result.seconds)
    if result.status in _SKIPPED:
        ET.SubElement(case, "skipped", message=_clean(result.why))
    elif result.status is Status.FAILED:
        failure = ET.SubElement(case, "failure", message=_clean(result.why))
        parts = (
            result.check.claim,
            result.why,
            f"Rests on: {result.check.basis}",
            result.story,
            result.curl,
        )
        failure.text = _clean("\n\n".join(filter(None, parts)))


def _case(suite: ET.Element, check: Check, seconds: float = 0.0) -> ET.Element:
    _, _, name = check.id.split(".", 2)
    classname = f"mohook.{check.provider}.{check.group}"
    return ET.SubElement(suite, "testcase", classname=classname, name=name, time=f"{seconds:.3f}")


def _clean(text: str) -> str:
    r"""Return text with what XML 1.0 cannot hold spelled out.

    >>> _clean("a\x00b")
    'a\\x00b'
    """
    return _NO_XML.sub(lambda found: repr(found.group())[1:-1], text)
