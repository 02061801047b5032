"""The body of an answer, decoded as it comes and never beyond its limit: a bomb is cut at the fuse. Pure."""

import zlib
from collections.abc import Callable, Iterable, Mapping

from outbound.errors import Failed, gettext_noop

# What is asked for. Anything else (br, zstd, codings on codings) is refused before a byte of it is decoded.
ACCEPTED = "gzip, deflate"
_CODINGS = {"": "", "identity": "", "gzip": "gzip", "x-gzip": "gzip", "deflate": "deflate"}


class Body:
    """What has been decoded so far, in `data`."""

    def __init__(self, headers: Mapping[str, str], limit: int) -> None:
        coding = headers.get("content-encoding", "").strip().lower()
        if coding not in _CODINGS:
            raise Failed(
                gettext_noop("The answer is encoded in a way that nobody asked for (%(coding)s)."), coding=coding[:40]
            )
        if headers.get("transfer-encoding", "").strip().lower() not in ("", "chunked", "identity"):
            raise Failed(gettext_noop("The answer is transferred in a way that nobody asked for."))
        self.data = bytearray()
        self._coding, self._limit = _CODINGS[coding], limit
        self._head = b""
        self._decoder: zlib._Decompress | None = None

    def read(self, pieces: Iterable[bytes], *, check: Callable[[], object]) -> None:
        """Decode all pieces, with `check` before each; raises Failed for too much, broken or cut off data."""
        for piece in pieces:
            check()
            if self._coding:
                self._decode(piece, check)
            else:
                self._keep(piece)
        if self._head or (self._decoder is not None and not self._decoder.eof):
            raise Failed(gettext_noop("The encoded answer is cut off."))

    def _keep(self, data: bytes) -> None:
        self.data += data[: self._limit + 1 - len(self.data)]
        if len(self.data) > self._limit:
            del self.data[self._limit :]
            raise Failed(gettext_noop("The answer is larger than %(limit)d bytes."), limit=self._limit)

    def _decode(self, data: bytes, check: Callable[[], object]) -> None:
        if self._decoder is None:
            data = self._head + data
            self._head = b"" if len(data) >= 2 else data
            if self._head:
                return
            self._decoder = zlib.decompressobj(self._window(data))
        while data:
            check()
            if self._decoder.eof:  # gzip may go on with another member; anything else behind the end is ignored
                if self._coding != "gzip" or not data.startswith(b"\x1f\x8b"[: len(data)]):
                    return
                self._decoder = zlib.decompressobj(31)
            try:
                self._keep(self._decoder.decompress(data, self._limit + 1 - len(self.data)))
            except zlib.error as error:
                raise Failed(gettext_noop("The encoded answer is broken.")) from error
            data = self._decoder.unconsumed_tail or self._decoder.unused_data

    def _window(self, data: bytes) -> int:
        """Return zlib's name of the format: some servers call raw deflate what should have zlib's head."""
        if self._coding == "gzip":
            return 31
        has_head = data[0] & 0x0F == 8 and (data[0] << 8 | data[1]) % 31 == 0
        return 15 if has_head else -15
