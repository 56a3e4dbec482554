"""A judge of JSON Schema, for the words of it that the schema of rules.yaml uses; no others."""

from __future__ import annotations

import re
from collections.abc import Mapping

WORDS = """$schema $ref $defs title description type properties additionalProperties required items
    anyOf enum examples pattern format minimum minItems minProperties maxProperties"""
KNOWN = frozenset(WORDS.split())
TYPES: Mapping[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "integer": int,
}


class Judge:
    """Says what is wrong with a value by a schema; raises KeyError for a word it doesn't know."""

    def __init__(self, root: Mapping[str, object]) -> None:
        self.root = root

    def problems(self, value: object, schema: object = None, path: str = "") -> list[str]:
        """Return one line per problem; empty when the value is as the schema says."""
        found = self.root if schema is None else schema
        assert isinstance(found, dict)
        unknown = set(found) - KNOWN
        if unknown:
            raise KeyError(unknown)
        return [
            *self._reference(value, found, path),
            *self._value(value, found, path),
            *self._inside(value, found, path),
        ]

    def _reference(self, value: object, schema: Mapping[str, object], path: str) -> list[str]:
        if "$ref" not in schema:
            return []
        name = str(schema["$ref"]).removeprefix("#/$defs/")
        defs = self.root["$defs"]
        assert isinstance(defs, dict)
        return self.problems(value, defs[name], path)

    def _value(self, value: object, schema: Mapping[str, object], path: str) -> list[str]:
        problems = []
        expected = schema.get("type")
        if isinstance(expected, str):
            right = isinstance(value, TYPES[expected])
            if expected == "integer" and isinstance(value, bool):
                right = False
            if not right:
                return [f"{path}: {value!r} is no {expected}"]
        options = schema.get("enum")
        if isinstance(options, list) and value not in options:
            problems.append(f"{path}: {value!r} is none of {options}")
        pattern = schema.get("pattern")
        if isinstance(pattern, str) and isinstance(value, str) and not re.search(pattern, value):
            problems.append(f"{path}: {value!r} is not like {pattern}")
        if isinstance(value, int) and value < _number(schema, "minimum", value):
            problems.append(f"{path}: {value!r} is too small")
        choices = schema.get("anyOf")
        if isinstance(choices, list) and all(self.problems(value, one, path) for one in choices):
            problems.append(f"{path}: {value!r} fits no choice")
        return problems

    def _inside(self, value: object, schema: Mapping[str, object], path: str) -> list[str]:
        problems: list[str] = []
        if isinstance(value, list):
            if len(value) < _number(schema, "minItems", 0):
                problems.append(f"{path}: too few items")
            if "items" in schema:
                for number, one in enumerate(value):
                    problems += self.problems(one, schema["items"], f"{path}[{number}]")
        if isinstance(value, dict):
            properties = schema.get("properties", {})
            assert isinstance(properties, dict)
            required = schema.get("required", [])
            assert isinstance(required, list)
            problems += [f"{path}: {key} is missing" for key in required if key not in value]
            if not (
                _number(schema, "minProperties", 0)
                <= len(value)
                <= _number(schema, "maxProperties", 1_000_000)
            ):
                problems.append(f"{path}: wrong number of keys")
            for key, one in value.items():
                if key in properties:
                    problems += self.problems(one, properties[key], f"{path}.{key}")
                elif schema.get("additionalProperties") is False:
                    problems.append(f"{path}: unknown key {key}")
                elif isinstance(schema.get("additionalProperties"), dict):
                    problems += self.problems(one, schema["additionalProperties"], f"{path}.{key}")
        return problems


def _number(schema: Mapping[str, object], key: str, default: int) -> int:
    found = schema.get(key, default)
    assert isinstance(found, int)
    return found
