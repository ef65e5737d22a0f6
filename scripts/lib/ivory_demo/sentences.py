"""Second part: semantic search over real sentences, for a person to read."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

import ivory_data

from . import console, indexing
from .client import Client, Json
from .measure import query_body

MODEL = "demo-sentences"
INDEX = "demo-sentences"
UNTRAINED_INDEX = "demo-sentences-untrained"
CELLS = 128
NPROBE = 16
SHOWN = 5

# Held-out sentences, by how they begin; each stands among the queries of the data set.
QUESTIONS = (
    "someone who shirks duty",
    "a most common shark in temperate and tropical coastal waters",
    "large heart-shaped tropical fruit with soft acid pulp",
    "the Saturday before Easter",
    "fabric woven from cotton fibers",
)
FILTERED = ("large heart-shaped tropical fruit with soft acid pulp", "tree")


def find_question(names: Sequence[str], beginning: str) -> int:
    """Row of the query sentence that begins so."""
    for row, name in enumerate(names):
        if name.startswith(beginning):
            return row
    raise KeyError(f"no query sentence begins with [{beginning}]")


def run(client: Client) -> None:
    """Indexes sentences with their vectors and prints the nearest of a few others."""
    data = ivory_data.load_minilm()
    dimension = data.base.shape[1]
    console.heading(f"Semantic search over {len(data.base):,} sentences (WordNet glosses)")
    text_field: Json = {"text": {"type": "text"}}
    for index in (INDEX, UNTRAINED_INDEX):
        client.delete_if_there(f"/{index}")
    # The other way to a model: index first (searches are exact), train on that, reindex.
    indexing.create_index(client, UNTRAINED_INDEX, dimension, "cosinesimil", None, text_field)
    indexing.load(client, UNTRAINED_INDEX, data.base, data.base_names)
    model = indexing.train(
        client,
        MODEL,
        {
            "training_index": UNTRAINED_INDEX,
            "training_field": indexing.FIELD,
            "nlist": CELLS,
            "space_type": "cosinesimil",
            "seed": 42,
        },
    )
    console.say(indexing.training_summary(model))
    indexing.create_index(client, INDEX, dimension, "cosinesimil", MODEL, text_field)
    indexing.reindex(client, UNTRAINED_INDEX, INDEX)
    client.delete_if_there(f"/{UNTRAINED_INDEX}")
    for beginning in QUESTIONS:
        row = find_question(data.query_names, beginning)
        _show(client, data, row, None)
    beginning, word = FILTERED
    _show(client, data, find_question(data.query_names, beginning), word)


def _show(client: Client, data: ivory_data.DataSet, row: int, word: str | None) -> None:
    condition: Json | None = None if word is None else {"match": {"text": word}}
    body = query_body(data.queries[row], NPROBE, condition)
    body.update({"size": SHOWN, "_source": ["text"]})
    answer = client.call("POST", f"/{INDEX}/_search", body)
    title = f"“{data.query_names[row]}”"
    if word is not None:
        title += f"  only sentences with the word “{word}”"
    print(f"\n{console.bold(title)}")
    for hit in answer["hits"]["hits"]:
        text = textwrap.shorten(hit["_source"]["text"], 100, placeholder=" …")
        print(f"  {hit['_score']:.3f}  {text}")
