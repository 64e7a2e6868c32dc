"""What type checkers must refuse: each line that ends so, and no other."""

# ruff: noqa: B018 - an expression alone is what is judged here
# pyright: strict
from __future__ import annotations

from pytest_mohook import Mohook, MohookFactory, MohookReceiver
from pytest_mohook.stateful import receiver_machine
from pytest_mohook.strategies import ip1_messages


def test_mistakes(
    mohook: Mohook, mohook_factory: MohookFactory, mohook_receiver: MohookReceiver
) -> None:
    mohook.advance("10m")  # refused
    mohook.advance(minute=10)  # refused
    mohook.ip1.connect(5)  # refused
    mohook.send("ip1", 7)  # refused
    mohook.ip1.send("Hi").delivred  # refused
    mohook.fail_next(["500"])  # refused
    mohook.run_until_idle("all")  # refused
    mohook.assert_stored(5)  # refused
    mohook.intelepeer.sign_with(mode="rsa")  # refused
    mohook.ip1.sign_with("secret")  # refused
    mohook.now = 0  # refused
    mohook_receiver.answer("500")  # refused
    with mohook_factory.episode(seed=1) as other:
        other.sent  # refused
    ip1_messages(bodies="Hi")  # refused
    receiver_machine(app=5, provider="ip1", readback=list)  # refused
    receiver_machine(app=mohook_receiver, provider="ip1")  # refused


async def test_awaited(mohook: Mohook) -> None:
    (await mohook.aio.ip1.send("Hi")).delivered()  # refused
    mohook.aio.ip1.send("Hi").delivered  # refused
