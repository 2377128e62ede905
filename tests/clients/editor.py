"""A language server, driven as an editor drives it: by the client of pytest-lsp."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from concurrent.futures import Future
from pathlib import Path
from typing import Any, TypeVar

from lsprotocol import types
from pytest_lsp import LanguageClient, client_capabilities, make_test_lsp_client

from tests.clients import ENVIRONMENT
from tests.patience import PATIENCE, processor_seconds

T = TypeVar("T")
logging.getLogger("pygls").setLevel(logging.CRITICAL)  # of requests that the client has no use for


class Editor:
    """One editor with one server; places are lines and columns from 0, in UTF-16 units, as editors count."""

    def __init__(
        self,
        command: list[str],
        folder: Path,
        settings: dict[str, Any] | None = None,
        options: dict[str, Any] | None = None,
    ) -> None:
        self.loop = asyncio.new_event_loop()
        self.folder = folder
        self.versions: dict[str, int] = {}
        self.client: LanguageClient = make_test_lsp_client()
        self.client.set_configuration(settings or {})
        self.found: asyncio.Queue[types.PublishDiagnosticsParams] = asyncio.Queue()
        self._listen()
        self.run(self._start(command, options))

    async def _start(self, command: list[str], options: dict[str, Any] | None) -> None:
        await self.client.start_io(*command, env=ENVIRONMENT, cwd=str(self.folder))
        asked = types.InitializeParams(
            capabilities=client_capabilities("visual-studio-code"),
            initialization_options=options,
            root_uri=self.folder.as_uri(),
            workspace_folders=[types.WorkspaceFolder(uri=self.folder.as_uri(), name="folder")],
        )
        self.initialized = await self.client.initialize_session(asked)

    def _listen(self) -> None:
        told = self.client.protocol.wait_for_notification(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        told.add_done_callback(self._heard)

    def _heard(self, told: Future[types.PublishDiagnosticsParams]) -> None:
        # Every notification is kept: two may come at once, and the client wakes whoever waits for the first alone.
        if told.exception() is None:
            self.found.put_nowait(told.result())
            self._listen()

    def processor_seconds(self) -> float:
        """What the server has used of a processor's time."""
        return processor_seconds(self.client._server.pid)

    def close(self) -> None:
        self.run(self.client.shutdown_session())
        self.run(self.client.stop())
        self.loop.close()

    def run(self, what: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(asyncio.wait_for(what, PATIENCE))

    def uri(self, name: str) -> str:
        return (self.folder / name).as_uri()

    def open(self, name: str, text: str) -> list[types.Diagnostic]:
        """Open a text under a name; gives what the server then finds wrong."""
        self.versions[name] = self.versions.get(name, 0) + 1  # unlike those of an earlier text of that name
        item = types.TextDocumentItem(uri=self.uri(name), language_id="yaml", version=self.versions[name], text=text)
        opened = types.DidOpenTextDocumentParams(text_document=item)
        return self._told(name, lambda: self.client.text_document_did_open(opened))

    def change(
        self, name: str, *changes: tuple[types.Range | None, str], versions: list[int | None] | None = None
    ) -> list[types.Diagnostic]:
        """Edit an open text, or replace it all; gives what the server then finds wrong, and for which `versions`."""
        return self._told(name, lambda: self.edit(name, *changes), versions)

    def edit(self, name: str, *changes: tuple[types.Range | None, str]) -> None:
        """Edit an open text, and wait for nothing."""
        self.versions[name] += 1
        events: list[Any] = [
            types.TextDocumentContentChangeWholeDocument(text=text)
            if place is None
            else types.TextDocumentContentChangePartial(range=place, text=text)
            for place, text in changes
        ]
        document = types.VersionedTextDocumentIdentifier(uri=self.uri(name), version=self.versions[name])
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(document, events))

    def shut(self, name: str) -> None:
        document = types.TextDocumentIdentifier(uri=self.uri(name))
        self.client.text_document_did_close(types.DidCloseTextDocumentParams(document))

    def _told(self, name: str, act: Any, versions: list[int | None] | None = None) -> list[types.Diagnostic]:
        async def wait() -> list[types.Diagnostic]:
            while not self.found.empty():
                self.found.get_nowait()
            act()
            while True:
                told = await self.found.get()
                if versions is not None and told.uri == self.uri(name):
                    versions.append(told.version)
                # What was found in an earlier text may still be on its way.
                if told.uri == self.uri(name) and told.version in (None, self.versions[name]):
                    return list(told.diagnostics)

        return self.run(wait())

    def complete(self, name: str, line: int, column: int) -> list[types.CompletionItem]:
        asked = types.CompletionParams(types.TextDocumentIdentifier(self.uri(name)), types.Position(line, column))
        found = self.run(self.client.text_document_completion_async(asked))
        return list(found.items if isinstance(found, types.CompletionList) else found or [])

    def hover(self, name: str, line: int, column: int) -> str:
        asked = types.HoverParams(types.TextDocumentIdentifier(self.uri(name)), types.Position(line, column))
        found = self.run(self.client.text_document_hover_async(asked))
        if found is None:
            return ""
        return found.contents.value if isinstance(found.contents, types.MarkupContent) else str(found.contents)

    def ask(self, method: str, params: Any) -> Any:
        """Any other request."""
        return self.run(self.client.protocol.send_request_async(method, params))

    def document(self, name: str) -> types.TextDocumentIdentifier:
        return types.TextDocumentIdentifier(self.uri(name))
