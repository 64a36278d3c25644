"""A man in the middle: passes bytes on between a client and a server, and spoils some of them.

Example::

    with Proxy("127.0.0.1", 9000, spoil) as proxy:
        ...  # connect to proxy.url

`spoil(up, chunk)` gives the bytes to be passed on, `up` to the server or down from it, or None to
cut the connection.
"""

from __future__ import annotations

import contextlib
import socket
import threading

CHUNK = 16 * 1024


class Proxy:
    def __init__(self, host, port, spoil):
        self._server = (host, port)
        self._spoil = spoil
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self):
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        # Closing alone does not wake who waits in accept.
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(self._server)
                for up, source, sink in ((True, client, server), (False, server, client)):
                    threading.Thread(
                        target=self._pass_on, args=(up, source, sink), daemon=True
                    ).start()

    def _pass_on(self, up, source, sink):
        try:
            while chunk := source.recv(CHUNK):
                spoilt = self._spoil(up, chunk)
                if spoilt is None:
                    break
                sink.sendall(spoilt)
        except OSError:
            pass
        finally:
            for end in (source, sink):
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
                end.close()
