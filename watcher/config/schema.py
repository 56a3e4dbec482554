"""The keys of rules.yaml, each with what it means: one table for the loader and for editors.

`schema()` is JSON Schema draft 2020-12; editors complete and explain from it. The loader takes its
lists of allowed keys from the same table, so that a key can't exist in one and lack in the other.
"""

from __future__ import annotations

from typing import Any

from watcher.config.packs import pack_names

FIELDS = ("title", "summary", "text")
SEVERITIES = ("low", "normal", "high", "critical")
FOLLOW_UPS = ("hourly", "now", "digest", "off")
FULL_TEXT = ("always", "when-near", "never")
FLAGS = ("exact", "case", "ctx", "fuzzy")
LEAVES = ("entity", "phrase", "exact", "fuzzy", "regex")
GROUPS = ("any", "all", "none", "near")

SPAN_PATTERN = r"^[1-9]\d{0,2} ?(s|m|h|d|w|seconds?|minutes?|hours?|days?|weeks?)$"

_Schema = dict[str, Any]  # Any: a JSON document, as deep as it likes


def _text(description: str, **more: object) -> _Schema:
    return {"type": "string", "description": description, **more}


_WORD = ["string", "number", "boolean"]
"""Types of a text that may look like something else: 3.10, 2026 and true are words to look for."""


def _ref(name: str, description: str = "") -> _Schema:
    found: _Schema = {"$ref": f"#/$defs/{name}"}
    return {**found, "description": description} if description else found


def _texts(description: str, **items: object) -> _Schema:
    """Return the schema of one word or a list of words."""
    item = {"type": "string", **items}
    return {
        "description": description,
        "anyOf": [item, {"type": "array", "items": item, "minItems": 1}],
    }


def _table(description: str, properties: _Schema, *required: str) -> _Schema:
    found: _Schema = {
        "type": "object",
        "description": description,
        "properties": properties,
        "additionalProperties": False,
    }
    return {**found, "required": list(required)} if required else found


def _shared() -> _Schema:
    """Return the keys that rules and `defaults` have in common."""
    return {
        "search_in": _texts(
            "Where to look: title, summary, text. Without it: all three.", enum=list(FIELDS)
        ),
        "language": _texts(
            "Languages the rule listens to: en, ru, kk, zh, ug, tr ... Without it: any.",
            examples=["en", "ru", "kk", "zh", "ug", "tr"],
        ),
        "sources": _ref("sources", "Which feeds the rule listens to. Without it: all."),
        "at_least": _ref("at_least", "Tell only when several have the story."),
        "severity": {
            "description": "How much it matters; critical passes quiet hours. Without it: normal.",
            "enum": list(SEVERITIES),
        },
        "notify": _texts("Names of the channels that are told."),
        "follow_ups": {
            "description": "Later reports of a story already told: one message per hour, at once, "
            "with the channel's digest, or not at all. Without it: hourly.",
            "enum": list(FOLLOW_UPS),
        },
        "digest": _text(
            "Collect the alerts of the rule, and tell them at these times, whatever the channel "
            "does.",
            examples=["daily at 08:00", "hourly", "0 8 * * 1-5"],
        ),
        "throttle": _text(
            "At most one message in so long; what comes meanwhile goes as one.",
            pattern=SPAN_PATTERN,
        ),
        "escalate": _ref("escalate", "Whom else to tell when nobody takes note of an alert."),
        "edits": {
            "enum": [True, False, "on", "off"],
            "description": "Whether an edit of the sentence that matched is told. Without it: yes.",
        },
    }


def _defs() -> _Schema:
    shared = _shared()
    leaves = {
        "entity": _text("A person, place or subject with all its spellings, by its id."),
        "phrase": _text("These words in this order, each with its endings.", type=_WORD),
        "exact": _text("Exactly so: capitals and form as written, no endings.", type=_WORD),
        "fuzzy": _text("A word of six letters or more; one wrong letter is forgiven."),
        "regex": _text("A regular expression, for those who know them; its time is bounded."),
    }
    parts = {"type": "array", "items": _ref("find"), "minItems": 1}
    part_or_parts = {"anyOf": [parts, _ref("find")]}
    groups = {
        "any": {**part_or_parts, "description": "One of these is enough."},
        "all": {**part_or_parts, "description": "Each of these must be there."},
        "none": {**part_or_parts, "description": "None of these may be there."},
        "near": {
            "description": "The words of `all` stand within so many words of each other.",
            "anyOf": [{"type": "string", "examples": ["8 words"]}, {"type": "integer"}],
        },
    }
    return {
        "find": {
            "description": "What to look for: a word or phrase (endings, hyphens, scripts and "
            "marks are handled), a list (any of them), or any / all / none / near.",
            "anyOf": [
                {"type": _WORD},
                parts,
                _table("One thing, looked for in a special way.", leaves) | {"maxProperties": 1},
                _table("A group; every part of it must hold.", groups) | {"minProperties": 1},
            ],
        },
        "escalate": _table(
            "Tell these channels, too, when nobody has acknowledged a critical alert for so long.",
            {
                "after": _text("How long to wait for an acknowledgement.", pattern=SPAN_PATTERN),
                "to": _texts("Names of the channels that are told then."),
            },
            "after",
            "to",
        ),
        "rule": _table(
            "What to look for, and whom to tell.",
            {
                "find": _ref("find"),
                "search_in": shared["search_in"],
                "language": shared["language"],
                "sources": shared["sources"],
                "at_least": shared["at_least"],
                "severity": shared["severity"],
                "notify": shared["notify"],
                "follow_ups": shared["follow_ups"],
                "digest": shared["digest"],
                "throttle": shared["throttle"],
                "escalate": shared["escalate"],
                "edits": shared["edits"],
                "spike": {
                    "type": "boolean",
                    "description": "Tell, too, when a day has unusually many stories of the rule.",
                },
                "active": _ref("active", "The days between which the rule is on."),
                "why": _text("Why you watch this; it is printed in the alert.", type=_WORD),
                "tests": {
                    "type": "array",
                    "description": "Sentences that `watcher check` tries on the rule.",
                    "items": _ref("test"),
                },
                "name": _text(
                    "The rule's name, as alerts show it. Each name only once.", type=_WORD
                ),
            },
            "name",
            "find",
        ),
        "defaults": _table("What holds for every rule that doesn't say otherwise.", shared),
        "test": _table(
            "One sentence.",
            {
                "match": _text("The rule must find this.", type=_WORD),
                "no_match": _text("The rule must not find this.", type=_WORD),
                "via": _text(
                    "With match: the spelling, word or entity that must find it.",
                    examples=["Атажұрт"],
                ),
                "outlets": {
                    "description": "So many outlets print the sentence, or these do (feeds by "
                    "name, or sites): tries at_least and sources, too.",
                    "anyOf": [
                        {"type": "integer", "minimum": 1, "maximum": 1000},
                        {"type": "string"},
                        {"type": "array", "items": {"type": "string"}, "minItems": 1},
                    ],
                },
                "origins": {
                    "type": "integer",
                    "minimum": 1,
                    "maximum": 1000,
                    "description": "So many independent texts tell it: tries at_least, too.",
                },
            },
        )
        | {"anyOf": [{"required": ["match"]}, {"required": ["no_match"]}]},
        "sources": _table(
            "Which feeds a rule listens to.",
            {
                "only": _texts('Sites or names of feeds: "*.kz", azattyq.org, Example.'),
                "except": _texts("Sites or names of feeds to leave out."),
                "tags": _texts("Only feeds with one of these tags."),
            },
        ),
        "at_least": _table(
            "How many must have the story before it is told.",
            {
                "outlets": {
                    "type": "integer",
                    "minimum": 1,
                    "description": "So many outlets, copies of one wire story included.",
                },
                "origins": {
                    "type": "integer",
                    "minimum": 1,
                    "description": "So many independent texts: five prints of one wire are one.",
                },
                "within": _text("In this time, such as 6h.", pattern=SPAN_PATTERN),
            },
        ),
        "active": _table(
            "Days such as 2026-11-01; both count in.",
            {
                "from": _text("First day.", format="date"),
                "until": _text("Last day.", format="date"),
            },
        ),
        "channel": _table(
            "Where alerts go.",
            {
                "url": _text(
                    "An Apprise address, with ${NAME} for what is secret.",
                    examples=["slack://${SLACK_TOKEN}", "tgram://${TG_TOKEN}/${TG_CHAT}"],
                ),
                "digest": _text(
                    "Collect, and send at these times.",
                    examples=[
                        "daily at 08:00",
                        "weekdays at 08:00 and 17:00",
                        "every monday at 09:00",
                        "hourly",
                    ],
                ),
                "quiet": _text(
                    "Hours in which alerts wait; critical ones pass.", examples=["22:00-07:00"]
                ),
                "limit": _text(
                    "So many messages at most; the rest goes into one.", examples=["20 per 1h"]
                ),
                "template": _text(
                    "Your own wording: a file beside this one, or the text itself (Jinja2).",
                    examples=["desk.txt"],
                ),
                "health": {
                    "type": "boolean",
                    "description": "Is told of dead feeds, broken rules and parked alerts.",
                },
            },
            "url",
        ),
        "feed": _table(
            "One feed.",
            {
                "url": _text("The feed's address, http or https."),
                "name": _text("Who prints it, as alerts show it."),
                "language": _text("Its language: en, ru, kk ...", examples=["en", "ru", "kk"]),
                "tags": _texts("Your own labels, for `sources: {tags: [...]}`."),
                "every": _text(
                    "How often to ask; without it the feed's own rhythm.", pattern=SPAN_PATTERN
                ),
                "private": {
                    "type": "boolean",
                    "description": "The address is in your own network.",
                },
                "full_text": {
                    "description": "Fetch each article's page for its whole text: always, when "
                    "the words of a rule are there in part, or never. Without it: never.",
                    "enum": list(FULL_TEXT),
                },
            },
            "url",
        ),
        "opml": _table(
            "A list of feeds that another reader has exported.",
            {
                "opml": _text("The file, beside this one."),
                "language": _text("Language of its feeds, where the file doesn't say."),
                "tags": _texts("Labels for all of its feeds."),
            },
            "opml",
        ),
        "entity": _table(
            "A person, place, organisation or subject with all its spellings.",
            {
                "name": _text("Its name, as alerts show it."),
                "type": _text("person, place, organisation, topic ..."),
                "aliases": {
                    "type": "object",
                    "description": "Its spellings by language: en: [Atajurt, [Ata-Jurt, ctx]]",
                    "additionalProperties": {
                        "anyOf": [{"type": "array", "items": _ref("alias")}, _ref("alias")]
                    },
                },
                "context": _texts("Words of which one must stand near an alias flagged ctx."),
                "not_with": _texts("Words that make it something else when they stand near."),
                "not_inside": _texts("Longer words that only contain an alias."),
                "not_language": _texts("Languages in which an alias is an ordinary word."),
                "note": _text("For people."),
            },
        ),
        "alias": {
            "description": "A spelling, alone or with flags and the source it was seen in: "
            "[Ata-Jurt, s1, ctx]",
            "anyOf": [
                {"type": "string"},
                {"type": "array", "items": {"type": "string"}, "minItems": 1},
                _table(
                    "A spelling with all that is known of it.",
                    {
                        "text": _text("The spelling."),
                        "source": _text('A key of `sources`, or "unverified".'),
                        "not_with": _texts("Words beside which this spelling is something else."),
                        "not_inside": _texts("Longer words that only contain this spelling."),
                        "not_language": _texts("Languages in which it is an ordinary word."),
                        "flags": _texts(
                            "exact: no endings. case: capitals as written. ctx: only beside a "
                            "context word. fuzzy: one wrong letter is forgiven.",
                            enum=list(FLAGS),
                        ),
                    },
                    "text",
                ),
            ],
        },
    }


def schema() -> dict[str, object]:
    """Return the JSON Schema (draft 2020-12) of rules.yaml and of the files it includes."""
    packs = [f"packs/{name}.yaml" for name in pack_names()]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "rules.yaml",
        **_table(
            "What to watch, where, and whom to tell.",
            {
                "timezone": _text(
                    "Your time zone, for digests and quiet hours.",
                    examples=["Asia/Almaty", "Europe/Berlin", "UTC"],
                ),
                "public_url": _text(
                    "Where the internet reaches this watcher, so that sites can send what is new "
                    "the moment it appears (WebSub). Without it they are only asked.",
                    examples=["https://watch.example.org/hooks"],
                ),
                "listen": _text(
                    "With public_url: the address and port at which a web server hands hubs' "
                    "requests on to this watcher. 127.0.0.1:8077 where nothing is said.",
                    examples=["127.0.0.1:8077", "[::1]:8077"],
                ),
                "contact": _text(
                    "For publishers who wonder who asks for their feeds: a mail address or a page "
                    "of yours, which each request names. Without it you stay unnamed.",
                    examples=["desk@example.org", "https://watch.example.org/about"],
                ),
                "heartbeat": _text(
                    "An address that is told every 5 minutes that all goes on, and raises the "
                    "alarm when it hears nothing (healthchecks.io, Uptime Kuma ...).",
                    examples=["https://hc-ping.com/${HEARTBEAT}"],
                ),
                "alive": _text(
                    "When the health channels are told that all goes on, with numbers; off for "
                    "never. Every monday at 09:00 where nothing is said.",
                    examples=["every monday at 09:00", "daily at 08:00", "off"],
                ),
                "across_languages": {
                    "type": "boolean",
                    "description": "Whether the same event in another language belongs to the same "
                    "story, where rules find the same people or bodies and the numbers agree. Such "
                    "an article comes as a follow-up. Off where nothing is said.",
                },
                "include": {
                    "description": "Files to read too: packs by name, or files beside this one.",
                    "anyOf": [
                        {"type": "string"},
                        {
                            "type": "array",
                            "items": {"anyOf": [{"enum": packs}, {"type": "string"}]},
                        },
                    ],
                },
                "channels": {
                    "type": "object",
                    "description": "Where alerts go, by a name you choose.",
                    "additionalProperties": {"anyOf": [{"type": "string"}, _ref("channel")]},
                },
                "feeds": {
                    "type": "array",
                    "description": "The feeds to poll.",
                    "items": {"anyOf": [{"type": "string"}, _ref("feed"), _ref("opml")]},
                },
                "defaults": _ref("defaults"),
                "rules": {
                    "type": "array",
                    "description": "What to look for.",
                    "items": _ref("rule"),
                },
                "entities": {
                    "type": "object",
                    "description": "Names with all their spellings, by an id you choose.",
                    "additionalProperties": _ref("entity"),
                },
                "sources": {
                    "type": "object",
                    "description": "Where spellings were seen, by a short key; `default` is for "
                    "spellings that name none.",
                    "additionalProperties": {"type": "string"},
                },
                "title": _text("What a pack is about."),
            },
        ),
        "$defs": _defs(),
    }


def keys_of(shape: str) -> tuple[str, ...]:
    """Return the keys that a table of kind `shape` ("file", "rule", "channel" ...) may have."""
    return _KEYS[shape]


def _alias_table(defs: _Schema) -> _Schema:
    table: _Schema = defs["alias"]["anyOf"][2]
    return table


def _keys() -> dict[str, tuple[str, ...]]:
    defs = _defs()
    found = {name: tuple(body["properties"]) for name, body in defs.items() if "properties" in body}
    properties = schema()["properties"]
    return {
        **found,
        "alias": tuple(_alias_table(defs)["properties"]),
        "find": (*GROUPS, *LEAVES),
        "file": tuple(properties) if isinstance(properties, dict) else (),
    }


_KEYS = _keys()
ALL_KEYS = frozenset(key for keys in _KEYS.values() for key in keys)
"""Every key that has a meaning somewhere."""

OTHER_VALUES: dict[str, str] = {
    "urgent": "critical", "emergency": "critical", "important": "high", "warning": "high",
    "medium": "normal", "default": "normal", "info": "low", "minor": "low",
    "headline": "title", "heading": "title", "description": "summary", "lead": "summary",
    "body": "text", "content": "text", "article": "text",
    "never": "off", "none": "off", "no": "off", "immediately": "now", "always": "now",
    "each": "now", "daily": "digest", "every hour": "hourly",
    "context": "ctx", "case-sensitive": "case",
}  # fmt: skip

OTHER_WORDS: dict[str, str] = {
    # what people write -> what is meant; looked up only for keys that exist where they wrote it
    "keyword": "find", "keywords": "find", "term": "find", "terms": "find", "words": "find",
    "match": "find", "query": "find", "search": "find", "pattern": "find", "search for": "find",
    "receiver": "notify", "receivers": "notify", "recipients": "notify", "to": "notify",
    "send to": "notify", "channel": "notify", "targets": "notify", "alert": "notify",
    "tell": "notify", "notifications": "notify", "destination": "notify",
    "lang": "language", "langs": "language", "languages": "language", "locale": "language",
    "fields": "search_in", "field": "search_in", "look in": "search_in", "in": "search_in",
    "where": "search_in", "source": "sources", "priority": "severity", "level": "severity",
    "importance": "severity", "urgency": "severity", "reason": "why", "comment": "why",
    "because": "why", "description": "why", "followups": "follow_ups", "updates": "follow_ups",
    "dates": "active", "enabled": "active", "period": "active", "examples": "tests",
    "test": "tests", "minimum": "at_least", "min": "at_least", "threshold": "at_least",
    "title": "name", "label": "name", "id": "name",
    "must": "all", "should": "any", "must not": "none",
    "exclude": "none", "not": "none", "without": "none", "but not": "none", "or": "any",
    "one of": "any", "and": "all", "every": "all", "within": "near", "distance": "near",
    "regexp": "regex", "regular expression": "regex", "word": "phrase",
    "only from": "only", "include": "only", "hosts": "only", "sites": "only",
    "schedule": "digest", "quiet hours": "quiet", "silent": "quiet", "rate": "limit",
    "rate limit": "limit", "link": "url", "address": "url", "href": "url", "feed": "url",
    "interval": "every", "poll": "every", "outlet": "name", "tag": "tags", "labels": "tags",
    "fulltext": "full_text", "full text": "full_text", "callback": "public_url",
    "websub": "public_url", "user agent": "contact", "useragent": "contact",
    "mail": "contact", "email": "contact", "e-mail": "contact",
    "tz": "timezone", "time zone": "timezone", "includes": "include", "import": "include",
    "packs": "include", "outlets": "outlets", "start": "from", "end": "until", "since": "from",
    "to day": "until", "nomatch": "no_match", "should match": "match", "spellings": "aliases",
    "names": "aliases", "variants": "aliases", "exclusions": "not_with", "watch": "rules",
    "alerts": "rules", "watchlist": "rules", "default": "defaults", "people": "entities",
}  # fmt: skip
