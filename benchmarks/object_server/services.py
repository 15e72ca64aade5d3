"""Stand-ins for DynamoDB, SQS and Secrets Manager: the calls that functions make on the data path, counted.

Rows are kept and transactions are carried out. Of conditions only ``attribute_not_exists(pk)`` is looked at;
every other one holds.
"""

import hashlib
import json
import re
from collections import Counter, defaultdict
from decimal import Decimal
from typing import Any

from benchmarks.object_server.http import Receiver, Reply, Request, reply

type Row = dict[str, Any]

_CLAUSE = re.compile(r"\b(SET|ADD|REMOVE|DELETE)\b")
_CHANGE = re.compile(r"(#?\w+)(?: = | )(?:if_not_exists\(\w+, )?(:\w+)")
_KEPT_QUEUE = "events"
"""The queue whose messages can be received; those of others are only counted."""


class Refused(Exception):  # noqa: N818 - what the service answers, no error of ours
    """A condition that does not hold."""


class Services:
    """Answers JSON calls by their target."""

    def __init__(self, secrets: dict[str, str], counts: Counter[str]) -> None:
        self._secrets = secrets
        self._counts = counts
        self._rows: dict[tuple[str, str], Row] = {}
        self._messages: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)

    def receive(self, request: Request) -> Receiver:
        """Begin with a call."""
        return _Call(self, request)

    def answer(self, request: Request, body: bytes) -> Reply:
        """Answer a call."""
        target = request.header(b"x-amz-target").decode().rpartition(".")[2]
        if target == "startcounting":
            self._counts.clear()
            return reply(200)
        operation = getattr(self, f"_{target}", None)
        self._counts[target] += 1
        if operation is None:
            return _json(400, {"__type": "UnknownOperationException", "message": target})
        try:
            return _json(200, operation(json.loads(body)))
        except Refused as refused:
            (answer,) = refused.args
            return _json(400, answer)

    # DynamoDB

    def _getitem(self, call: Row) -> Row:
        row = self._rows.get(_place(call["Key"]))
        return {} if row is None else {"Item": row}

    def _putitem(self, call: Row) -> Row:
        if not self._holds(call):
            raise Refused({"__type": "ConditionalCheckFailedException", "message": "it does not hold"})
        self._rows[_place(call["Item"])] = call["Item"]
        return {}

    def _updateitem(self, call: Row) -> Row:
        return {"Attributes": self._update(call)}

    def _deleteitem(self, call: Row) -> Row:
        row = self._rows.pop(_place(call["Key"]), None)
        return {"Attributes": row} if row and call.get("ReturnValues") == "ALL_OLD" else {}

    def _query(self, call: Row) -> Row:
        # As boto3 spells them: the partition first, then what the sort key begins with.
        partition, *start = [value["S"] for value in call["ExpressionAttributeValues"].values()]
        rows = [
            row
            for (pk, sk), row in sorted(self._rows.items())
            if pk == partition and (not start or sk.startswith(start[0]))
        ]
        return {"Items": rows, "Count": len(rows)}

    def _transactwriteitems(self, call: Row) -> Row:
        actions = [next(iter(action.items())) for action in call["TransactItems"]]
        if not all(self._holds(action) for kind, action in actions if kind == "Put"):
            reasons = [
                {"Code": "None" if self._holds(action) else "ConditionalCheckFailed"} for _, action in actions
            ]
            raise Refused(
                {"__type": "TransactionCanceledException", "message": "", "CancellationReasons": reasons}
            )
        for kind, action in actions:
            if kind == "Put":
                self._rows[_place(action["Item"])] = action["Item"]
            else:
                self._update(action)
        return {}

    def _holds(self, call: Row) -> bool:
        is_new = call.get("ConditionExpression", "") == "attribute_not_exists(pk)"
        return not (is_new and "Item" in call and _place(call["Item"]) in self._rows)

    def _update(self, call: Row) -> Row:
        names = call.get("ExpressionAttributeNames", {})
        values = call.get("ExpressionAttributeValues", {})
        row = self._rows.setdefault(_place(call["Key"]), dict(call["Key"]))
        before = dict(row)
        _, *clauses = _CLAUSE.split(call["UpdateExpression"])
        for verb, clause in zip(clauses[::2], clauses[1::2], strict=True):
            for name, value in _CHANGE.findall(clause):
                column = names.get(name, name)
                if verb == "SET" and not ("if_not_exists" in clause and column in row):
                    row[column] = values[value]
                elif verb == "ADD":
                    row[column] = _sum(row.get(column), values[value])
        return {"ALL_OLD": before, "ALL_NEW": row}.get(call.get("ReturnValues", ""), {})

    # SQS

    def _sendmessagebatch(self, call: Row) -> Row:
        for entry in call["Entries"]:
            self._keep(call["QueueUrl"], entry["MessageBody"])
        return {
            "Successful": [
                {"Id": entry["Id"], "MessageId": entry["Id"], "MD5OfMessageBody": _md5(entry["MessageBody"])}
                for entry in call["Entries"]
            ],
            "Failed": [],
        }

    def _keep(self, url: str, body: str) -> None:
        self._counts["messages"] += 1
        self._counts["message bytes"] += len(body)
        if url.endswith(_KEPT_QUEUE):
            self._messages[url].append({"MessageId": _md5(body), "ReceiptHandle": "1", "Body": body})

    def _receivemessage(self, call: Row) -> Row:
        messages, self._messages[call["QueueUrl"]] = self._messages[call["QueueUrl"]], []
        return {"Messages": messages}

    def _changemessagevisibility(self, call: Row) -> Row:  # noqa: ARG002 - like its siblings
        self._counts["messages that come again"] += 1
        return {}

    # Secrets Manager

    def _getsecretvalue(self, call: Row) -> Row:
        name = call["SecretId"]
        return {"ARN": name, "Name": name, "SecretString": self._secrets[name]}


class _Call:
    def __init__(self, services: Services, request: Request) -> None:
        self._services = services
        self._request = request
        self._body: list[bytes] = []

    def add(self, content: bytes) -> None:
        """Take the next bytes of the body."""
        self._body.append(content)

    def answer(self) -> Reply:
        """Answer it."""
        return self._services.answer(self._request, b"".join(self._body))


def _place(key: Row) -> tuple[str, str]:
    return key["pk"]["S"], key["sk"]["S"]


def _sum(before: Row | None, added: Row) -> Row:
    """Return what ADD makes of a number or a set."""
    (kind, value), *_ = added.items()
    if before is None:
        return added
    if kind == "N":
        return {"N": str(Decimal(before["N"]) + Decimal(value))}
    return {kind: sorted({*before[kind], *value})}


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def _json(status: int, document: Row) -> Reply:
    return reply(status, json.dumps(document).encode(), content_type="application/x-amz-json-1.0")
