"""Reads the template and the workflows the way CloudFormation does, without resolving anything."""

from collections.abc import Iterator
from functools import cache
from typing import Any, cast

import yaml

from local.deployment import ROOT

type Node = dict[str, Any]


class _Loader(yaml.SafeLoader):
    """Understands CloudFormation's short forms such as ``!Ref``."""


def _short_form(loader: _Loader, suffix: str, node: yaml.Node) -> Node:
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(cast("yaml.MappingNode", node), deep=True)
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in {"Ref", "Condition"} else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _short_form)


@cache
def template() -> Node:
    """``template.yaml`` with short forms written out, such as ``{"Ref": ...}``."""
    return cast("Node", yaml.load((ROOT / "template.yaml").read_text(), _Loader))


def resources(kind: str) -> dict[str, Node]:
    """The resources of one type, by logical id."""
    return {name: found for name, found in template()["Resources"].items() if found["Type"] == kind}


def properties(logical_id: str) -> Node:
    """The properties of one resource."""
    return cast("Node", template()["Resources"][logical_id]["Properties"])


def statements() -> Iterator[tuple[str, Node]]:
    """All policy statements of the template, each with the logical id of the resource that holds it.

    Who may assume a role is no such statement.
    """
    for name, resource in template()["Resources"].items():
        held = {**resource.get("Properties", {})}
        held.pop("AssumeRolePolicyDocument", None)
        for node in _nodes(held):
            for statement in node.get("Statement", []):
                yield name, statement


@cache
def workflow(name: str) -> Node:
    """A workflow of ``statemachines/``, placeholders as they are."""
    return cast("Node", yaml.safe_load((ROOT / "statemachines" / f"{name}.asl.yaml").read_text()))


def states(machine: Node) -> Iterator[tuple[str, Node]]:
    """All states of a workflow, those inside of Map states included."""
    for name, state in machine["States"].items():
        yield name, state
        if "ItemProcessor" in state:
            yield from states(state["ItemProcessor"])


def _nodes(node: Any) -> Iterator[Node]:
    if isinstance(node, dict):
        yield node
        for child in node.values():
            yield from _nodes(child)
    elif isinstance(node, list):
        for child in node:
            yield from _nodes(child)
