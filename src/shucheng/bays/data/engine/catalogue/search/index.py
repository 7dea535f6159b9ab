"""Search over the catalogue: words, filters, facets, pages, each counted for who asks.

The index is a folder of tantivy's: a change is one commit, which other processes see whole or not
at all, and which they see at their next question. It holds no text, only words and codes: what is
shown is read from the catalogue by the codes that come out. Losing it loses nothing (`rebuild`).

Ranking: BM25 over title, code, description with keywords, and fields, a hit in the earlier ones
counting more. Where no entry has all the words, those that have most of them come, and the answer
says so.
"""

import fcntl
import shutil
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import tantivy
from tantivy import Occur, Query

from ..model import Resource
from .segment import asked, words_of

# A change of the words or the layout makes another folder, so that an old index is never misread.
VERSION = 1
FACETS = ("holder", "theme", "sharing", "opening", "grade", "format", "region")
_WEIGHTS = {"title": 8.0, "code": 8.0, "about": 2.0, "fields": 1.0}
_MOST_VALUES, _MOST_WORDS, _DEEPEST, _LARGEST_PAGE = 1_000, 32, 10_000, 200
# tantivy's least is 15 MB for each thread.
_MEMORY, _SMALL = 200_000_000, 15_000_000

Clause = tuple[Occur, Query]


class SearchRefused(ValueError):
    """A question that is not answered; `code`: `search-unknown-filter`, `search-too-deep` (a page
    beyond the first 10,000 entries), `search-page` (a page or size below one, or too large)."""

    def __init__(self, code: str, about: str = "") -> None:
        super().__init__(f"{code}: {about}" if about else code)
        self.code, self.about = code, about


@dataclass(frozen=True, slots=True)
class Entry:
    """What is put into the index. `listed`: everybody may see it, else its holder alone; `changed`:
    the order of entries that fit equally well, the newest first."""

    resource: Resource
    listed: bool = True
    changed: date | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """`filters`: by facet, one of the values each; `within`: a region and all below it; `seen_by`:
    the asker's organisation, whose unlisted entries count too; `sees_all`: for the catalogue's
    office; `page` from 1."""

    text: str = ""
    filters: Mapping[str, frozenset[str]] = field(default_factory=dict)
    within: str = ""
    seen_by: str = ""
    sees_all: bool = False
    page: int = 1
    size: int = 20


@dataclass(frozen=True, slots=True)
class Found:
    """`codes` of this page, best first; `total` of all pages; `facets`: for each its values with
    their counts, most first. A facet that is filtered counts what other values of it would give.
    `partly`: no entry has all words."""

    codes: tuple[str, ...]
    total: int
    facets: Mapping[str, tuple[tuple[str, int], ...]]
    partly: bool = False


class Index:
    """Open with the folder to keep it in; it is made where there is none. Questions may come from
    many threads and processes, while one writes; writers wait for one another."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / f"v{VERSION}"
        self._folder.mkdir(parents=True, exist_ok=True)
        self._schema = _schema()
        with _locked(self._folder):
            self._index = tantivy.Index(self._schema, path=str(self._folder))
        plain = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
        self._index.register_tokenizer("words", plain)
        self._seen = _state(self._folder)
        self._one = threading.Lock()

    def put(self, entries: Iterable[Entry]) -> int:
        """Add entries or replace those of the same code, all in one commit; answers how many."""
        with self._writing(_SMALL) as writer:
            return _add(writer, entries, replace=True)

    def remove(self, codes: Iterable[str]) -> None:
        with self._writing(_SMALL) as writer:
            for code in codes:
                writer.delete_documents_by_term("key", code)

    def rebuild(self, entries: Iterable[Entry]) -> int:
        """All anew from the catalogue's rows. Until it is done, questions see what was there."""
        with self._writing(_MEMORY) as writer:
            writer.delete_all_documents()
            return _add(writer, entries, replace=False)

    def search(self, question: Question) -> Found:
        """Raises `SearchRefused`."""
        _check(question)
        searcher = self._searcher()
        scope = self._scope(question)
        wanted = asked(question.text)[:_MOST_WORDS]
        terms = [(Occur.Should, self._word(each)) for each in wanted]
        if question.text.strip() and not terms:
            return Found((), 0, dict.fromkeys(FACETS, ()))
        rounds = [self._asking(terms, least, scope) for least in _fewer(len(terms))]
        for number, asking in enumerate(rounds):
            codes, total = self._page(searcher, question, asking)
            if total:
                facets = self._facets(searcher, question, asking)
                return Found(codes, total, facets, partly=number > 0)
        return Found((), 0, self._facets(searcher, question, rounds[0]))

    def __len__(self) -> int:
        return self._searcher().num_docs

    def _searcher(self) -> tantivy.Searcher:
        """Over what was committed last, by whichever process."""
        with self._one:
            state = _state(self._folder)
            if state != self._seen:
                self._index.reload()
                self._seen = state
            return self._index.searcher()

    @contextmanager
    def _writing(self, memory: int) -> Iterator[tantivy.IndexWriter]:
        with _locked(self._folder):
            writer = self._index.writer(memory, 1)
            try:
                yield writer
                writer.commit()
            except BaseException:
                writer.rollback()
                raise
            finally:
                writer.wait_merging_threads()

    def _word(self, word: str) -> Query:
        each = [
            Query.boost_query(Query.term_query(self._schema, name, word, "freq"), weight)
            for name, weight in _WEIGHTS.items()
        ]
        return Query.disjunction_max_query(each, 0.2)

    def _asking(self, terms: list[Clause], least: int, scope: list[Clause]) -> list[Clause]:
        asks = Query.boolean_query(terms, least) if terms else Query.all_query()
        return [(Occur.Must, asks), *scope]

    def _any_of(self, name: str, values: Iterable[str]) -> Clause:
        terms = Query.term_set_query(self._schema, name, sorted(values))
        return Occur.Must, Query.const_score_query(terms, 0.0)

    def _scope(self, question: Question) -> list[Clause]:
        """What the asker may see, within the region."""
        scope = []
        if not question.sees_all:
            sight = ["all", f"holder:{question.seen_by}"] if question.seen_by else ["all"]
            scope.append(self._any_of("sight", sight))
        if question.within:
            scope.append(self._any_of("within", [question.within]))
        return scope

    def _filtered(self, question: Question, scope: list[Clause], but: str = "") -> Query:
        chosen = [self._any_of(n, v) for n, v in question.filters.items() if n != but]
        return Query.boolean_query([*scope, *chosen])

    def _page(
        self, searcher: tantivy.Searcher, question: Question, scope: list[Clause]
    ) -> tuple[tuple[str, ...], int]:
        """The codes of the page, and how many entries all pages have."""
        found = searcher.search(
            self._filtered(question, scope),
            question.size,
            offset=(question.page - 1) * question.size,
            order_by_field=None if question.text.strip() else "changed",
        )
        stored = (searcher.doc(address) for _, address in found.hits)
        codes = tuple(str(each.get_first("key")) for each in stored)
        return codes, int(found.count)  # type: ignore[attr-defined]  # its stub lacks it

    def _facets(
        self, searcher: tantivy.Searcher, question: Question, scope: list[Clause]
    ) -> dict[str, tuple[tuple[str, int], ...]]:
        free = [name for name in FACETS if name not in question.filters]
        rounds = [("", free), *((name, [name]) for name in question.filters)]
        counted: dict[str, tuple[tuple[str, int], ...]] = {}
        for but, names in rounds:
            wants = {n: {"terms": {"field": n, "size": _MOST_VALUES}} for n in names}
            answer = searcher.aggregate(self._filtered(question, scope, but), wants)
            for name in names:
                pairs = [(str(b["key"]), int(b["doc_count"])) for b in answer[name]["buckets"]]
                counted[name] = tuple(sorted(pairs, key=lambda pair: (-pair[1], pair[0])))
        return {name: counted[name] for name in FACETS}


def forget(folder: Path) -> None:
    """Remove the index from a folder, for instance one that a crash of the disk has damaged."""
    shutil.rmtree(folder / f"v{VERSION}", ignore_errors=True)


def _fewer(words: int) -> Iterator[int]:
    """How many words an entry must have: all, then ever fewer, at least half of them."""
    yield words
    yield from range(words - 1, max((words - 1) // 2, 0), -1)


def _check(question: Question) -> None:
    for name in question.filters:
        if name not in FACETS:
            raise SearchRefused("search-unknown-filter", name)
    if question.page < 1 or not 0 < question.size <= _LARGEST_PAGE:
        raise SearchRefused("search-page")
    if question.page * question.size > _DEEPEST:
        raise SearchRefused("search-too-deep")


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("key", stored=True, tokenizer_name="raw", index_option="basic")
    for name in _WEIGHTS:
        builder.add_text_field(name, tokenizer_name="words", index_option="freq")
    for name in FACETS:
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=True)
    for name in ("sight", "within"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    builder.add_unsigned_field("changed", fast=True)
    return builder.build()


def _add(writer: tantivy.IndexWriter, entries: Iterable[Entry], *, replace: bool) -> int:
    count = 0
    for entry in entries:
        if replace:
            writer.delete_documents_by_term("key", entry.resource.code)
        writer.add_document(_document(entry))
        count += 1
    return count


def _document(entry: Entry) -> tantivy.Document:
    it = entry.resource
    made = tantivy.Document()
    made.add_text("key", it.code)
    names = (
        word for each in it.fields for text in (each.name, each.title) for word in words_of(text)
    )
    about = [it.description, it.holder.name, *it.keywords, *it.themes]
    made.add_text("title", " ".join(words_of(it.title)))
    made.add_text("code", " ".join(words_of(it.code)))
    made.add_text("about", " ".join(word for text in about for word in words_of(text)))
    made.add_text("fields", " ".join(names))
    values = {
        "holder": (it.holder.code,),
        "theme": it.themes,
        "sharing": (it.sharing,),
        "opening": (it.opening,),
        "grade": (it.grade,),
        "format": it.formats,
        "region": (it.region,),
        "within": {it.region, it.region[:4] + "00", it.region[:2] + "0000"} if it.region else (),
        "sight": ("all",) if entry.listed else (f"holder:{it.holder.code}",),
    }
    for name, several in values.items():
        for value in several:
            if value:
                made.add_text(name, value)
    made.add_unsigned("changed", entry.changed.toordinal() if entry.changed else 0)
    return made


def _state(folder: Path) -> tuple[int, int]:
    """Changes with every commit: the list of segments is written anew and put in its place."""
    try:
        found = (folder / "meta.json").stat()
    except FileNotFoundError:
        return 0, 0
    return found.st_ino, found.st_mtime_ns


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """One writer at a time; the lock goes with the process that has it, however that ends."""
    with (folder / "writer.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
