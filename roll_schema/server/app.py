"""`roll-lint server`: the language server protocol, by pygls; what is said is found out by the modules beside it."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from lsprotocol import types
from pygls.capabilities import get_capability
from pygls.lsp.server import LanguageServer

from roll_schema.engine import settings
from roll_schema.engine.options import Options
from roll_schema.engine.request import InputError
from roll_schema.report.places import rule_page, whole_message
from roll_schema.server import actions, completion, hints, hover, navigation
from roll_schema.server.document import Document
from roll_schema.server.navigation import Symbol
from roll_schema.server.options import options_of
from roll_schema.server.places import Places, path_of
from roll_schema.source.diagnostic import Diagnostic, Edit, Severity
from roll_schema.source.secrets import clean
from roll_schema.source.text import Span
from roll_schema.version import VERSION

PAUSE = 0.01
"""Seconds without a change before a text is linted, so that one does not lint what is still being typed."""

PLAN = "roll-lint.plan"
"""The command that opens the plan as a page."""

_SEVERITIES = {
    Severity.ERROR: types.DiagnosticSeverity.Error,
    Severity.WARNING: types.DiagnosticSeverity.Warning,
    Severity.INFO: types.DiagnosticSeverity.Information,
}
_TAGS = {
    "unknown-key": types.DiagnosticTag.Unnecessary,
    "unused-ignore": types.DiagnosticTag.Unnecessary,
    "key-not-in-release": types.DiagnosticTag.Deprecated,
}
_KINDS = {
    "field": types.CompletionItemKind.Property,
    "section": types.CompletionItemKind.Module,
    "value": types.CompletionItemKind.EnumMember,
    "block": types.CompletionItemKind.Snippet,
    "variable": types.CompletionItemKind.Variable,
    "module": types.CompletionItemKind.Class,
    "file": types.CompletionItemKind.File,
    "rule": types.CompletionItemKind.Reference,
}


class Server(LanguageServer):
    """The open texts of one editor."""

    def __init__(self) -> None:
        super().__init__("roll-lint", VERSION)
        self.options = Options()
        self.documents: dict[str, Document] = {}
        self.texts: dict[str, tuple[str, int]] = {}
        """The open texts by address, with their versions."""
        self._waiting: dict[str, asyncio.TimerHandle] = {}

    @property
    def places(self) -> Places:
        return Places(self.workspace.position_codec)

    def configure(self, asked: Any) -> None:
        """Take the client's settings; what is no setting, or is wrong, is told and left out."""
        try:
            self.options = options_of(asked)
        except InputError as error:
            self.window_show_message(types.ShowMessageParams(types.MessageType.Warning, f"roll-lint: {error}"))

    def edited(self, uri: str, version: int, changes: Sequence[types.TextDocumentContentChangeEvent]) -> None:
        """Take a client's edits; pygls would part lines at more characters than the protocol does."""
        self.texts[uri] = self.places.edited(self.texts[uri][0], changes), version

    def watch(self) -> None:
        """Have the client tell of files that change on disk, if it can."""
        if get_capability(self.client_capabilities, "workspace.did_change_watched_files.dynamic_registration", False):
            watchers = [types.FileSystemWatcher(f"**/{name}") for name in ("*.yaml", "*.yml", *settings.FILES)]
            asked = types.DidChangeWatchedFilesRegistrationOptions(watchers)
            watched = types.Registration("watch", types.WORKSPACE_DID_CHANGE_WATCHED_FILES, asked)
            self.client_register_capability(types.RegistrationParams([watched]))

    def document(self, uri: str) -> Document:
        """The open text of an address, as it is now."""
        text = self.texts[uri][0]
        known = self.documents.get(uri)
        if known is None or known.source.text != text:
            self.documents[uri] = Document(path_of(uri), text, self.options, known)
        return self.documents[uri]

    def changed(self, uri: str, pause: float = PAUSE) -> None:
        """Lint a text soon, unless it changes before."""
        self.cancel(uri)
        self._waiting[uri] = asyncio.get_running_loop().call_later(pause, self._publish, uri)

    def cancel(self, uri: str) -> None:
        if waiting := self._waiting.pop(uri, None):
            waiting.cancel()

    def read_again(self) -> None:
        """Lint all open texts anew, since fragments or settings may have changed."""
        for uri, known in list(self.documents.items()):
            self.documents[uri] = Document(known.path, known.source.text, self.options, known)
            self.changed(uri)

    def close(self, uri: str) -> None:
        self.cancel(uri)
        self.documents.pop(uri, None)
        self.texts.pop(uri, None)
        self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, []))

    def _publish(self, uri: str) -> None:
        self._waiting.pop(uri, None)
        document = self.document(uri)
        found = [shown(item, document, uri, self.places) for item in document.diagnostics if self.concerns(document)]
        if document.wrong_settings:
            start = types.Position(0, 0)
            error = types.DiagnosticSeverity.Error
            found.insert(
                0, types.Diagnostic(types.Range(start, start), document.wrong_settings, error, source="roll-lint")
            )
        self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, found, self.texts[uri][1]))

    def concerns(self, document: Document) -> bool:
        """Whether a text is a config, or a fragment of one that is open; other YAML is no business of ours."""
        if document.is_config:
            return True
        here = document.path.resolve()
        included = (source.name for other in self.documents.values() for source in other.includes)
        return any(Path(name).resolve() == here for name in included)


def shown(item: Diagnostic, document: Document, uri: str, places: Places) -> types.Diagnostic:
    """A problem for an editor; one of a fragment stands at the entry of `defaults` that asks for it."""
    span, message = item.span, whole_message(item, effect=True)
    related = [(note.message, note.span) for note in item.notes]
    if span.source is not document.source:
        first = span.first
        message = f"{clean(span.source.name)}:{first.line}:{first.column}: {message}"
        related.insert(0, ("it is here", span))
        while span.source is not document.source and span.source in document.result.includes:
            span = document.result.includes[span.source]
    page = rule_page(document.result.manual, item.rule)
    tag = _TAGS.get(item.rule)
    return types.Diagnostic(
        places.range(span) if span.source is document.source else places.range(document.source.span(0, 0)),
        message,
        _SEVERITIES[item.severity],
        code=item.rule,
        code_description=types.CodeDescription(page) if page else None,
        source="roll-lint",
        tags=[tag] if tag else None,
        related_information=[
            types.DiagnosticRelatedInformation(places.location(place, uri, document.source), clean(text))
            for text, place in related
            if not place.source.name.startswith("<")
        ],
    )


def text_edits(edits: tuple[Edit, ...], places: Places) -> list[types.TextEdit]:
    """Edits of one text, in its order."""
    ordered = sorted(edits, key=lambda edit: edit.span.start)
    return [types.TextEdit(places.range(edit.span), edit.text) for edit in ordered]


def create() -> Server:
    """A server with all that it can do."""
    server = Server()

    @server.feature(types.INITIALIZE)
    def initialize(params: types.InitializeParams) -> None:
        server.configure(params.initialization_options)

    @server.feature(types.INITIALIZED)
    def initialized(params: types.InitializedParams) -> None:
        server.watch()

    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def did_open(params: types.DidOpenTextDocumentParams) -> None:
        opened = params.text_document
        server.texts[opened.uri] = opened.text, opened.version
        server.changed(opened.uri, 0)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def did_change(params: types.DidChangeTextDocumentParams) -> None:
        server.edited(params.text_document.uri, params.text_document.version, params.content_changes)
        server.changed(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def did_save(params: types.DidSaveTextDocumentParams) -> None:
        server.read_again()

    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def did_change_files(params: types.DidChangeWatchedFilesParams) -> None:
        server.read_again()

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def did_close(params: types.DidCloseTextDocumentParams) -> None:
        server.close(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_HOVER)
    def on_hover(params: types.HoverParams) -> types.Hover | None:
        document = server.document(params.text_document.uri)
        found = hover.hover(document, server.places.offset(document.source, params.position))
        if found is None:
            return None
        text, span = found
        return types.Hover(types.MarkupContent(types.MarkupKind.Markdown, text), server.places.range(span))

    @server.feature(
        types.TEXT_DOCUMENT_COMPLETION, types.CompletionOptions(trigger_characters=["{", ".", ":", " ", "/", ",", "["])
    )
    def on_completion(params: types.CompletionParams) -> types.CompletionList:
        document = server.document(params.text_document.uri)
        offset = server.places.offset(document.source, params.position)
        items = [_completion(item, document, server.places) for item in completion.complete(document, offset)]
        return types.CompletionList(is_incomplete=False, items=items)

    @server.feature(types.TEXT_DOCUMENT_DEFINITION)
    def on_definition(params: types.DefinitionParams) -> list[types.Location]:
        document = server.document(params.text_document.uri)
        offset = server.places.offset(document.source, params.position)
        return _locations(navigation.definitions(document, offset), document, params.text_document.uri, server.places)

    @server.feature(types.TEXT_DOCUMENT_REFERENCES)
    def on_references(params: types.ReferenceParams) -> list[types.Location]:
        document = server.document(params.text_document.uri)
        offset = server.places.offset(document.source, params.position)
        found = navigation.uses(document, offset, declaration=params.context.include_declaration)
        return _locations(found, document, params.text_document.uri, server.places)

    @server.feature(types.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
    def on_symbols(params: types.DocumentSymbolParams) -> list[types.DocumentSymbol]:
        return list(_symbols(navigation.outline(server.document(params.text_document.uri)), server.places))

    @server.feature(types.TEXT_DOCUMENT_INLAY_HINT)
    def on_hints(params: types.InlayHintParams) -> list[types.InlayHint]:
        document = server.document(params.text_document.uri)
        start = server.places.offset(document.source, params.range.start)
        end = server.places.offset(document.source, params.range.end)
        return [
            types.InlayHint(server.places.position(document.source, hint.offset), hint.text, tooltip=hint.words or None)
            for hint in hints.hints(document)
            if start <= hint.offset <= end
        ]

    @server.feature(types.TEXT_DOCUMENT_CODE_LENS)
    def on_lenses(params: types.CodeLensParams) -> list[types.CodeLens]:
        uri = params.text_document.uri
        document = server.document(uri)
        return [
            types.CodeLens(server.places.range(lens.span), types.Command(lens.text, PLAN, arguments=[uri]))
            for lens in hints.lenses(document)
        ]

    @server.feature(
        types.TEXT_DOCUMENT_CODE_ACTION,
        types.CodeActionOptions([types.CodeActionKind.QuickFix, types.CodeActionKind.SourceFixAll]),
    )
    def on_actions(params: types.CodeActionParams) -> list[types.CodeAction]:
        document = server.document(params.text_document.uri)
        wanted = params.context.only
        return [
            action
            for action in _actions(server, document, params)
            if wanted is None or any(action.kind is not None and action.kind.startswith(kind) for kind in wanted)
        ]

    @server.command(PLAN)
    def on_plan(uri: str) -> str | None:
        made = hints.plan_of(server.document(uri))
        if made is None:
            return None
        from roll_schema.report.plan import html as plan_html

        page = Path(tempfile.mkdtemp(prefix="roll-lint-")) / "plan.html"
        page.write_text(plan_html.render(made), encoding="utf-8")
        server.window_show_document(types.ShowDocumentParams(page.as_uri(), external=True))
        return page.as_uri()

    return server


def _completion(item: completion.Item, document: Document, places: Places) -> types.CompletionItem:
    place = places.range(document.source.span(item.start, item.end))
    return types.CompletionItem(
        item.label,
        kind=_KINDS[item.kind],
        detail=item.detail or None,
        documentation=types.MarkupContent(types.MarkupKind.Markdown, item.words) if item.words else None,
        sort_text=f"{item.rank:05}",
        text_edit=types.TextEdit(place, item.text),
        insert_text_mode=types.InsertTextMode.AsIs,
    )


def _locations(spans: list[Span], document: Document, uri: str, places: Places) -> list[types.Location]:
    return [places.location(span, uri, document.source) for span in spans if not span.source.name.startswith("<")]


def _symbols(symbols: list[Symbol], places: Places) -> Iterator[types.DocumentSymbol]:
    for symbol in symbols:
        kind = types.SymbolKind.Module if symbol.is_mapping else types.SymbolKind.Property
        below = list(_symbols(symbol.below, places))
        place, name_place = places.range(symbol.span), places.range(symbol.name_span)
        yield types.DocumentSymbol(symbol.name or " ", kind, place, name_place, children=below)


def _actions(server: Server, document: Document, params: types.CodeActionParams) -> Iterator[types.CodeAction]:
    uri, places = params.text_document.uri, server.places
    start = places.offset(document.source, params.range.start)
    end = places.offset(document.source, params.range.end)
    fixes_all = types.CodeActionKind.SourceFixAll
    # What is asked for by name alone costs several rounds of linting.
    if any(kind.startswith(fixes_all.value) for kind in params.context.only or ()):
        edits = text_edits(actions.fix_all(document), places)
        if edits:
            yield types.CodeAction("Make all safe fixes", fixes_all, edit=types.WorkspaceEdit({uri: edits}))
        return
    for action in actions.actions(document, start, end):
        yield types.CodeAction(
            action.title,
            types.CodeActionKind.QuickFix,
            diagnostics=[shown(action.about, document, uri, places)],
            is_preferred=action.is_fix and action.safe,
            edit=types.WorkspaceEdit({uri: text_edits(action.edits, places)}),
        )
