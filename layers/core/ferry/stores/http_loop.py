"""Driving many curl handles from one event loop.

The sockets of all of them are watched by a selector of their own, which is the one thing that the event loop
watches: a socket begins and stops to be of interest with every request, and telling the event loop each time
costs more than telling a selector.

Source:
    libcurl documentation, "curl_multi_socket_action".
"""

import asyncio
import selectors
from collections.abc import Callable
from typing import Any, Final

import pycurl

type Ended = Callable[[pycurl.error | None], None]
"""Told once that a handle has ended, with the error of curl if it failed."""

_NEVER: Final = float("inf")
_EVENTS: Final = {
    pycurl.POLL_IN: selectors.EVENT_READ,
    pycurl.POLL_OUT: selectors.EVENT_WRITE,
    pycurl.POLL_INOUT: selectors.EVENT_READ | selectors.EVENT_WRITE,
}
_READY: Final = {
    selectors.EVENT_READ: pycurl.CSELECT_IN,
    selectors.EVENT_WRITE: pycurl.CSELECT_OUT,
    selectors.EVENT_READ | selectors.EVENT_WRITE: pycurl.CSELECT_IN | pycurl.CSELECT_OUT,
}


class CurlLoop:
    """Handles under way; belongs to the event loop that is running when the first one is added.

    Args:
        max_connections: Connections kept open when no handle uses them.
    """

    def __init__(self, max_connections: int) -> None:
        self._multi: Any = pycurl.CurlMulti()
        self._multi.setopt(pycurl.M_MAXCONNECTS, max_connections)
        self._multi.setopt(pycurl.M_SOCKETFUNCTION, self._on_socket)
        self._multi.setopt(pycurl.M_TIMERFUNCTION, self._on_timer)
        self._selector = selectors.DefaultSelector()
        self._watched: dict[int, int] = {}
        self._ended: dict[Any, Ended] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._due = _NEVER

    def add(self, easy: Any, ended: Ended) -> None:
        """Begin to carry out a handle."""
        if self._loop is None:
            self._loop = asyncio.get_running_loop()
            self._loop.add_reader(self._selector.fileno(), self._on_ready)
        self._ended[easy] = ended
        self._multi.add_handle(easy)

    def remove(self, easy: Any) -> None:
        """Break off a handle, which is told to nobody; one that has ended is left alone."""
        if self._ended.pop(easy, None) is not None:
            self._multi.remove_handle(easy)

    def close(self) -> None:
        """Break off what is under way and close all connections; closing again does nothing."""
        if self._multi.closed:
            return
        for easy in list(self._ended):
            self.remove(easy)
        self._cancel_timer()
        if self._loop is not None and not self._loop.is_closed():
            self._loop.remove_reader(self._selector.fileno())
        self._multi.close()
        self._selector.close()

    def _on_socket(self, what: int, socket: int, _multi: Any, _data: Any) -> None:
        events = _EVENTS.get(what, 0)
        watched = self._watched.pop(socket, 0) if not events else self._watched.get(socket, 0)
        if events:
            self._watched[socket] = events
        if events and watched:
            self._selector.modify(socket, events)
        elif events:
            self._selector.register(socket, events)
        elif watched:
            self._selector.unregister(socket)

    def _on_timer(self, milliseconds: int) -> None:
        loop = self._loop
        if loop is None:
            return
        if milliseconds < 0:
            self._due = _NEVER
            return
        # Curl changes its mind several times a request, so a timer that comes first anyway is kept: who is
        # woken too early looks again. Nothing happens at once, since no callback of curl may call curl.
        self._due = loop.time() + milliseconds / 1000
        if self._timer is None or self._due < self._timer.when():
            self._cancel_timer()
            self._timer = loop.call_at(self._due, self._on_time)

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _on_time(self) -> None:
        self._timer = None
        loop = self._loop
        if loop is None or self._due == _NEVER:
            return
        if loop.time() < self._due:
            self._timer = loop.call_at(self._due, self._on_time)
            return
        self._due = _NEVER
        self._multi.socket_action(pycurl.SOCKET_TIMEOUT, 0)
        self._tell_ended()

    def _on_ready(self) -> None:
        for key, events in self._selector.select(0):
            self._multi.socket_action(key.fd, _READY[events])
        self._tell_ended()

    def _tell_ended(self) -> None:
        left = 1
        while left:
            left, succeeded, failed = self._multi.info_read()
            for easy in succeeded:
                self._tell(easy, None)
            for easy, code, message in failed:
                self._tell(easy, pycurl.error(code, message))

    def _tell(self, easy: Any, error: pycurl.error | None) -> None:
        ended = self._ended.pop(easy, None)
        if ended is not None:
            self._multi.remove_handle(easy)
            ended(error)
