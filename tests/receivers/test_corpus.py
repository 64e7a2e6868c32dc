"""The corpus: as many receivers as it should hold, each of them starts and is what it says."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

import pytest

from tests.receivers.gauntlet import Gauntlet, WrongAnswerError
from tests.receivers.running import FOLDER, Receiver, load, node, running

CORPUS = load()
RIGHT = [each for each in CORPUS if each.right]
WRONG = [each for each in CORPUS if not each.right]
GROUPS = {
    *("acknowledgement", "identity", "order", "content"),
    *("tolerance", "forgery", "hostile", "time"),
}
PROVIDERS = {"ip1", "intelepeer"}

SLOW = {each.name for each in WRONG if each.where == "time"} | {"never-answers-copies"}
QUICK = 0.2  # seconds that are too long, where the bug is to take longer
AMPLE = 2.0
SETTLED = 0.4  # seconds after which a right receiver has stored everything


def test_the_corpus_is_as_large_as_it_should_be() -> None:
    """Bugs at both providers, in four frameworks, in every group."""
    assert len(WRONG) >= 44
    assert len(RIGHT) >= 8
    assert {each.provider for each in RIGHT} == {each.provider for each in WRONG} == PROVIDERS
    frameworks = Counter(each.framework for each in WRONG)
    assert frameworks["flask"] >= 20
    assert frameworks["fastapi"] >= 8
    assert frameworks["node"] >= 8
    assert {each.where for each in WRONG} == GROUPS


def test_each_receiver_has_a_name_of_its_own() -> None:
    """So has each bug, which is the name of what has it."""
    names = Counter(each.name for each in CORPUS)
    assert [name for name, times in names.items() if times > 1] == []
    assert all(each.bug == each.name for each in WRONG)
    assert all(each.bug is None for each in RIGHT)


@pytest.mark.parametrize("program", sorted({each.program for each in CORPUS}))
def test_the_corpus_says_what_the_program_says(program: str) -> None:
    """Each bug of a program is in the corpus, in the same words."""
    listed = {each.bug: each.sentence for each in WRONG if each.program == program}
    assert listed == dict(_bugs(program))


def _bugs(program: str) -> Iterator[tuple[str, str]]:
    text = (FOLDER / program).read_text(encoding="utf-8")
    for name, sentence in re.findall(r'^class (\w+)\(\w+\):\n +"""Bug: (.*)"""$', text, re.M):
        yield re.sub(r"\B(?=[A-Z])|(?<=[a-z])(?=\d)", "-", name).lower(), _capital(sentence)
    for sentence, name in re.findall(r'^ +// Bug: (.*)\n +"([\w-]+)": class', text, re.M):
        yield name, _capital(sentence)


def _capital(sentence: str) -> str:
    return sentence[0].upper() + sentence[1:]


def _need(receiver: Receiver) -> None:
    """Skip where Node is missing; in CI that is an error."""
    if receiver.framework == "node" and node() is None and "CI" not in os.environ:
        pytest.skip("needs Node: `node` on the path, or pyright's")


@pytest.mark.slow
@pytest.mark.parametrize("receiver", RIGHT, ids=lambda each: each.name)
def test_a_right_receiver_gets_through(receiver: Receiver) -> None:
    """It acknowledges all that a provider may send, stores it once and intact, and nothing else."""
    _need(receiver)
    with running(receiver, limit=AMPLE) as started:
        gauntlet = Gauntlet(
            receiver.provider, started, AMPLE, hurried=receiver.program == "wsgi_slow.py"
        )
        gauntlet.run()
        assert gauntlet.stored(settle=SETTLED) == []
        assert started.alive


@pytest.mark.slow
@pytest.mark.parametrize("receiver", WRONG, ids=lambda each: each.name)
def test_each_bug_shows(receiver: Receiver) -> None:
    """Where a readback is needed, in what is stored alone; elsewhere in an answer."""
    _need(receiver)
    limit = QUICK if receiver.name in SLOW else AMPLE
    with running(receiver, limit=limit) as started:
        gauntlet = Gauntlet(receiver.provider, started, limit)
        if receiver.needs_readback:
            gauntlet.run()
            settle = SETTLED if receiver.program == "flask_queue.py" else 0.0
            assert gauntlet.stored(settle=settle) != []
        else:
            with pytest.raises(WrongAnswerError):
                gauntlet.run()


def test_a_receiver_that_does_not_start_is_told_of() -> None:
    """With what it printed."""
    missing = replace(WRONG[0], bug="no-such-bug")
    with pytest.raises(RuntimeError, match="invalid choice: 'no-such-bug'"), running(missing):
        pass


@pytest.mark.slow
@pytest.mark.parametrize("program", ["plain_http.py", "node_http.mjs"])
def test_a_receiver_ends_with_the_block(program: str) -> None:
    """Also where the block ends by an error; and by itself when nobody holds its input."""
    receiver = next(each for each in RIGHT if each.program == program)
    _need(receiver)
    with suppress(KeyError), running(receiver) as ended:
        raise KeyError
    assert not ended.alive
    with running(receiver) as started:
        assert started.process.stdin
        started.process.stdin.close()
        assert started.process.wait(5) == 0
